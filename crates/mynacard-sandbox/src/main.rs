//! `mynacard-sandbox serve` and `mynacard-sandbox --oqs DIR`: the stand-ins as a program.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mynacard_sandbox::oqs::{Fault, Packing, Terminal};
use mynacard_sandbox::{Institution, InstitutionKind, Purpose, Running, Sandbox, Trouble};

/// A stand-in for the eligibility web service and for OQSComApp. Not the official system; nobody in it exists.
#[derive(Parser)]
#[command(
    name = "mynacard-sandbox",
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(flatten)]
    oqs: Oqs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The folders of a 資格確認端末.
#[derive(clap::Args)]
struct Oqs {
    /// Answer the requests in DIR/req as OQSComApp does, in DIR/res, until interrupted.
    #[arg(long, value_name = "DIR")]
    oqs: Option<PathBuf>,
    /// Put this synthetic person's card on the terminal's reader: a file appears in DIR/face. May be given several times.
    #[arg(long, value_name = "PERSON", requires = "oqs")]
    card: Vec<String>,
    /// Let the answers suffer these in turn: none, slow, half, late, twice, error, other-identifier, cut, silent.
    #[arg(long, value_name = "FAULT", requires = "oqs", value_parser = fault)]
    fault: Vec<Fault>,
    /// Answer this institution (機関コード, ten digits) only.
    #[arg(long, value_name = "CODE", requires = "oqs")]
    institution: Option<String>,
    /// Pack the results of bulk requests into ZIPs.
    #[arg(long, requires = "oqs")]
    zip: bool,
    /// Encrypt those ZIPs under this password, which is no secret.
    #[arg(long, value_name = "PASSWORD", requires = "zip")]
    zip_password: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted; prints the URL, the CA's file and fresh activation codes.
    Serve(Serve),
    /// Print the protocol's description (OpenAPI 3.1).
    Openapi,
}

#[derive(clap::Args)]
struct Serve {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Database file, with the authority's key; everything is in memory without it.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Where to write the CA's certificate (PEM); beside the database, or in the folder for
    /// temporary files, without it.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// How many activation codes to hand out.
    #[arg(long, default_value_t = 1)]
    activations: u16,
    /// The institution's ten-digit code (機関コード), where it is not the sandbox's clinic.
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// Refuse the institution the visual check (目視確認).
    #[arg(long)]
    no_visual_check: bool,
    /// Be in trouble from the first answer on; may be given several times. One of: latency, cut, end, trickle, server-error, html,
    /// garbage, broken-message, twice, maintenance, timeout, too-many, revocation-unknown, clock, certificate-renewed,
    /// certificate-other, certificate-ended, certificate-not-yet; a number may follow, as in latency:500 or clock:-3600.
    #[arg(long, value_name = "TROUBLE", value_parser = trouble)]
    trouble: Vec<Trouble>,
    /// Print one JSON document instead of lines.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.command, &arguments.oqs.oqs) {
        (Some(Command::Serve(serve_arguments)), _) => serve(serve_arguments),
        (Some(Command::Openapi), _) => print(mynacard_sandbox::OPENAPI),
        (None, Some(folder)) => exchange(folder, &arguments.oqs),
        // `arg_required_else_help` and `requires` leave nothing else.
        (None, None) => Ok(()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("mynacard-sandbox: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                text.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            // Nothing is left to do when standard error is closed too.
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn fault(name: &str) -> Result<Fault, String> {
    let names = Fault::NAMED.iter().map(|(name, _)| *name);
    Fault::parse(name)
        .ok_or_else(|| format!("expected one of {}", names.collect::<Vec<_>>().join(" ")))
}

fn trouble(name: &str) -> Result<Trouble, String> {
    Trouble::parse(name).ok_or_else(|| format!("expected one of {}", Trouble::NAMES.join(" ")))
}

fn exchange(folder: &Path, arguments: &Oqs) -> Outcome {
    let mut terminal = Terminal::under(folder);
    if let Some(code) = &arguments.institution {
        let clinic = Institution::new(code, "サンドボックス診療所", InstitutionKind::Clinic);
        terminal = terminal.institution(&clinic);
    }
    terminal = match (arguments.zip, &arguments.zip_password) {
        (false, _) => terminal,
        (true, None) => terminal.packing(Packing::Zip),
        (true, Some(password)) => terminal.packing(Packing::AesZip(password.clone())),
    };
    let running = terminal.start()?;
    running.set_faults(&arguments.fault);
    print(&format!(
        "NOT THE OFFICIAL SYSTEM. 公式のシステムではありません。\noqs: {}\n",
        folder.display()
    ))?;
    for person in &arguments.card {
        print(&format!("face: {}\n", running.put_card(person)?.display()))?;
    }
    wait()?;
    running.stop();
    Ok(())
}

fn serve(arguments: &Serve) -> Outcome {
    let mut builder = Sandbox::builder()
        .address(arguments.address)
        .port(arguments.port);
    if let Some(file) = &arguments.database {
        builder = builder.database(file);
    }
    let running = builder.start()?;
    let (ca_file, temporary) = ca_file(arguments);
    if let Some(folder) = ca_file.parent().filter(|_| temporary) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&ca_file, running.ca_certificate_pem())?;
    for trouble in &arguments.trouble {
        running.suffer(*trouble)?;
    }
    let announced = announce(&running, arguments, &ca_file);
    if announced.is_ok() {
        wait()?;
    }
    if temporary && let Some(folder) = ca_file.parent() {
        // It holds nothing but a public certificate: leaving it behind harms nobody.
        let _ = std::fs::remove_dir_all(folder);
    }
    running.stop();
    announced
}

fn announce(running: &Running, arguments: &Serve, ca_file: &Path) -> Outcome {
    let mut institution = match &arguments.institution {
        None => Institution::default(),
        Some(code) => Institution::new(code, "サンドボックス診療所", InstitutionKind::Clinic)
            .purposes(Purpose::PERMITTED),
    };
    institution = institution.visual_check(!arguments.no_visual_check);
    let settings = (0..arguments.activations)
        .map(|_| running.issue_activation_for(&institution))
        .collect::<Result<Vec<_>, _>>()?;
    if arguments.json {
        let document = serde_json::json!({
            "sandbox": true,
            "url": running.url(),
            "ca_file": ca_file,
            "activations": settings,
        });
        return print(&format!("{document}\n"));
    }
    let mut text = format!(
        "NOT THE OFFICIAL SYSTEM. 公式のシステムではありません。\nurl: {}\nca-file: {}\n",
        running.url(),
        ca_file.display()
    );
    for settings in settings {
        text.push_str(&format!(
            "activation: institution-code {} id {} activation-code {}\n",
            settings.institution_code, settings.id, settings.activation_code
        ));
    }
    print(&text)
}

fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn ca_file(arguments: &Serve) -> (PathBuf, bool) {
    if let Some(file) = &arguments.ca_file {
        return (file.clone(), false);
    }
    if let Some(database) = &arguments.database {
        let mut name = database.as_os_str().to_owned();
        name.push(".ca.pem");
        return (PathBuf::from(name), false);
    }
    let folder = format!("mynacard-sandbox-{}", std::process::id());
    (std::env::temp_dir().join(folder).join("ca.pem"), true)
}

fn wait() -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(interrupted())
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
