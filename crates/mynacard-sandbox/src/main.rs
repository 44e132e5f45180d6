//! `mynacard-sandbox serve`: the stand-in service as a program.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mynacard_sandbox::{Institution, InstitutionKind, Purpose, Running, Sandbox};

/// A stand-in for the eligibility web service. Not the official system; nobody in it exists.
#[derive(Parser)]
#[command(name = "mynacard-sandbox", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
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
    /// Print one JSON document instead of lines.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve(&arguments),
        Command::Openapi => print(mynacard_sandbox::OPENAPI),
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
