//! The HTTPS client against a peer that does not keep to the protocol: each failure has a kind, none takes long.
#![cfg(feature = "https")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // helpers of tests

mod peer;

use std::time::{Duration, Instant};

use mynacard_auth::{Cancel, CheckContext, EligibilityService as _, Purpose};
use mynacard_client::https::{Endpoint, HttpsService, Timeouts};
use mynacard_client::{Error, ErrorKind};
use peer::{OTHER_ROOT, Peer, ROOT};

const INFO: &str = r#"{"sandbox":true,"service":"mynacard-sandbox","environment":"sandbox","protocol":1,"time":1790000000}"#;

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\r\n", body)
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::sandbox(url, ROOT).with_timeouts(Timeouts {
        connect: Duration::from_secs(2),
        answer: Duration::from_millis(600),
        whole: Duration::from_millis(1200),
    })
}

fn ask(raw: Vec<u8>) -> Result<(), Error> {
    let peer = Peer::answering(raw);
    HttpsService::new(&endpoint(peer.url()), None)?
        .info(&Cancel::new())
        .map(drop)
}

#[track_caller]
fn refused(raw: Vec<u8>, kind: ErrorKind) {
    let error = ask(raw).unwrap_err();
    assert_eq!(
        error.kind(),
        kind,
        "{error} {:?}",
        std::error::Error::source(&error)
    );
}

#[test]
fn a_right_answer_is_read() {
    ask(json("200 OK", INFO)).unwrap();
}

#[test]
fn garbage_is_malformed() {
    refused(
        b"\x00\x01garbage\r\n\r\n".to_vec(),
        ErrorKind::MalformedAnswer,
    );
    refused(json("200 OK", "{"), ErrorKind::MalformedAnswer);
    refused(json("200 OK", "7"), ErrorKind::MalformedAnswer);
    refused(
        json("200 OK", r#"{"sandbox":true}"#),
        ErrorKind::MalformedAnswer,
    );
    refused(
        json("200 OK", &INFO.replace("1790000000", "-1")),
        ErrorKind::MalformedAnswer,
    );
    refused(
        json(
            "200 OK",
            &INFO.replace("1790000000", "18446744073709551615"),
        ),
        ErrorKind::MalformedAnswer,
    );
    refused(
        answer("200 OK", "content-type: text/html\r\n", INFO),
        ErrorKind::MalformedAnswer,
    );
    refused(answer("200 OK", "", INFO), ErrorKind::MalformedAnswer);
    refused(
        json("502 Bad Gateway", "<html>"),
        ErrorKind::MalformedAnswer,
    );
}

#[test]
fn a_gateways_page_says_that_the_service_is_away_and_for_how_long() {
    for status in [
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
    ] {
        let page = answer(
            status,
            "content-type: text/html\r\nretry-after: 9\r\n",
            "<html>",
        );
        let error = ask(page).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert_eq!(
            error.reply().unwrap().retry_after,
            Some(Duration::from_secs(9))
        );
        // Noise is neither a number of seconds nor a date.
        let page = answer(
            status,
            "content-type: text/html\r\nretry-after: soon\r\n",
            "<html>",
        );
        assert!(ask(page).unwrap_err().reply().is_none());
    }
    let page = answer(
        "500 Internal Server Error",
        "content-type: text/html\r\n",
        "<html>",
    );
    refused(page, ErrorKind::MalformedAnswer);
}

#[test]
fn a_wait_may_be_a_date_and_stand_in_the_head_alone() {
    let wait = |raw| {
        ask(raw)
            .unwrap_err()
            .reply()
            .and_then(|reply| reply.retry_after)
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let page = |head: &str| {
        let head = format!("content-type: text/html\r\n{head}");
        answer("503 Service Unavailable", &head, "<html>")
    };
    // The peer's clock counts, not ours; both old ways of writing a date are read.
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for later in [
        "Sun, 06 Nov 1994 08:50:00 GMT",
        "Sunday, 06-Nov-94 08:50:00 GMT",
        "Sun Nov  6 08:50:00 1994",
    ] {
        assert_eq!(
            wait(page(&format!("{date}retry-after: {later}\r\n"))),
            seconds(23)
        );
    }
    let past = "retry-after: Sun, 06 Nov 1994 08:00:00 GMT\r\n";
    assert_eq!(wait(page(&format!("{date}{past}"))), seconds(0));
    assert_eq!(wait(page(past)), seconds(0));
    let far = "retry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\n";
    assert_eq!(wait(page(far)), seconds(86_400));

    let refusal =
        r#"{"sandbox":true,"code":"REF-5003","message_ja":"混雑","message_en":"busy","field":null"#;
    let head = "content-type: application/json\r\nretry-after: 12\r\n";
    let busy = "429 Too Many Requests";
    let body = |rest: &str| answer(busy, head, &format!("{refusal}{rest}}}"));
    assert_eq!(wait(body("")), seconds(12));
    assert_eq!(wait(body(r#","retry_after":7"#)), seconds(7));
}

#[test]
fn a_page_that_says_too_many_is_that_and_no_noise() {
    let page = answer(
        "429 Too Many Requests",
        "content-type: text/html\r\nretry-after: 40\r\n",
        "<html>",
    );
    let error = ask(page).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooMany);
    let wait = error.reply().unwrap().retry_after;
    assert_eq!(wait, Some(Duration::from_secs(40)));
}

#[test]
fn what_the_caller_has_left_bounds_a_call() {
    let peer = Peer::silent();
    let patient = Endpoint::sandbox(peer.url(), ROOT);
    let service = HttpsService::new(&patient, None).unwrap();
    let start = Instant::now();
    let stop = Cancel::new().by(start + Duration::from_millis(200));
    assert_eq!(service.info(&stop).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_text_of_a_bad_answer_is_not_repeated() {
    let error = ask(json(
        "200 OK",
        &INFO.replace("1790000000", r#""医療 太郎""#),
    ))
    .unwrap_err();
    let mut texts = vec![format!("{error:?}"), error.to_string()];
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    assert!(texts.len() > 2, "{texts:?}");
    assert!(!texts.join(" ").contains("医療"), "{texts:?}");
}

#[test]
fn another_service_or_environment_is_refused() {
    for (from, to) in [
        (r#""service":"mynacard-sandbox""#, r#""service":"other""#),
        (
            r#""environment":"sandbox""#,
            r#""environment":"production""#,
        ),
        (r#""sandbox":true"#, r#""sandbox":false"#),
        (r#""sandbox":true,"#, ""),
    ] {
        refused(
            json("200 OK", &INFO.replace(from, to)),
            ErrorKind::WrongService,
        );
    }
}

#[test]
fn a_redirection_is_not_followed() {
    let elsewhere = answer("302 Found", "location: https://127.0.0.1:1/\r\n", "");
    refused(elsewhere, ErrorKind::WrongService);
}

#[test]
fn sizes_are_bounded() {
    let long = format!(r#"{{"sandbox":true,"pad":"{}"}}"#, "x".repeat(1 << 20));
    refused(json("200 OK", &long), ErrorKind::TooLarge);
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    refused(
        [head, &chunk.repeat(17), "0\r\n\r\n"].concat().into_bytes(),
        ErrorKind::TooLarge,
    );
    let header = format!(
        "content-type: application/json\r\nx-pad: {}\r\n",
        "x".repeat(17 << 10)
    );
    refused(answer("200 OK", &header, INFO), ErrorKind::TooLarge);
    let many: String = (0..100).map(|n| format!("x-{n}: 1\r\n")).collect();
    refused(answer("200 OK", &many, INFO), ErrorKind::MalformedAnswer);
}

#[test]
fn a_broken_line_is_unreachable_wherever_it_breaks() {
    let whole = json("200 OK", INFO);
    for end in [0, 10, whole.len() - INFO.len() - 3, whole.len() - 1] {
        refused(whole[..end].to_vec(), ErrorKind::Unreachable);
    }
    let error = HttpsService::new(&endpoint("https://127.0.0.1:1"), None)
        .unwrap()
        .info(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.is_transient());
}

#[test]
fn another_authority_is_not_trusted() {
    let peer = Peer::answering(json("200 OK", INFO));
    let other = Endpoint::sandbox(peer.url(), OTHER_ROOT);
    let error = HttpsService::new(&other, None)
        .unwrap()
        .info(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedServer, "{error:?}");
    let elsewhere = peer.url().replace("127.0.0.1", "localhost");
    let error = HttpsService::new(&endpoint(&elsewhere), None)
        .unwrap()
        .info(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedServer, "{error:?}");
}

/// The alert comes after the client's part of the handshake, beside its first request.
#[test]
fn a_service_that_wants_a_certificate_says_so() {
    let peer = Peer::demanding();
    for _ in 0..10 {
        let error = HttpsService::new(&endpoint(peer.url()), None)
            .unwrap()
            .info(&Cancel::new())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TerminalRefused, "{error:?}");
        assert_eq!(error.code(), "MC-6006");
    }
}

#[test]
fn a_peer_without_tls_is_a_tls_failure() {
    let peer = Peer::plain(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let error = HttpsService::new(&endpoint(peer.url()), None)
        .unwrap()
        .info(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}

#[test]
fn tls_1_2_is_spoken_only_where_it_is_asked_for() {
    use mynacard_client::https::TlsVersions;
    let peer = Peer::old(json("200 OK", INFO));
    let asked = |endpoint: Endpoint| {
        HttpsService::new(&endpoint, None)
            .unwrap()
            .info(&Cancel::new())
            .map_err(|error| error.kind())
            .map(drop)
    };
    assert_eq!(asked(endpoint(peer.url())), Err(ErrorKind::Tls));
    assert_eq!(
        asked(endpoint(peer.url()).with_tls(TlsVersions::From12)),
        Ok(())
    );
}

#[test]
fn an_address_without_tls_is_refused() {
    let error = HttpsService::new(&endpoint("http://127.0.0.1:1"), None)
        .unwrap()
        .info(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn silence_and_dripping_end_in_time() {
    for peer in [Peer::silent(), Peer::dripping(json("200 OK", INFO))] {
        let start = Instant::now();
        let service = HttpsService::new(&endpoint(peer.url()), None).unwrap();
        let error = service.info(&Cancel::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_peer_that_takes_the_call_and_shakes_no_hand_is_left_soon() {
    // The system accepts; nobody ever speaks TLS.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::sandbox(&url, ROOT).with_timeouts(Timeouts {
        connect: Duration::from_millis(300),
        answer: Duration::from_secs(60),
        whole: Duration::from_secs(120),
    });
    let start = Instant::now();
    let service = HttpsService::new(&endpoint, None).unwrap();
    let error = service.info(&Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_call_is_stopped_at_once() {
    let peer = Peer::silent();
    let patient = Endpoint::sandbox(peer.url(), ROOT);
    let service = HttpsService::new(&patient, None).unwrap();
    let stop = Cancel::new();
    let other = stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        other.cancel();
    });
    let start = Instant::now();
    assert_eq!(
        service.info(&stop).unwrap_err().kind(),
        ErrorKind::Cancelled
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn refusals_keep_what_the_service_said() {
    let body = r#"{"sandbox":true,"code":"REF-5003","message_ja":"混雑","message_en":"busy\u0007","field":null,"retry_after":7}"#;
    let error = ask(json("429 Too Many Requests", body)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooMany);
    let reply = error.reply().unwrap();
    assert_eq!(
        (
            reply.code.as_str(),
            reply.message_ja.as_str(),
            reply.message_en.as_str()
        ),
        ("REF-5003", "混雑", "busy")
    );
    assert_eq!(reply.retry_after, Some(Duration::from_secs(7)));
    refused(
        json("400 Bad Request", &body.replace("5003", "9999")),
        ErrorKind::OtherRefusal,
    );
    // What is kept for the staff and the log has an end.
    let long = body.replace("混雑", &"混".repeat(5000));
    let error = ask(json("429 Too Many Requests", &long)).unwrap_err();
    assert_eq!(error.reply().unwrap().message_ja.chars().count(), 300);
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let mut service = HttpsService::new(&endpoint("https://127.0.0.1:1"), None).unwrap();
    let ask = CheckContext::new(Purpose::Reception);
    let error = service
        .challenge(&ask, std::time::SystemTime::now(), &Cancel::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTerminal);
}

#[test]
fn roots_that_are_none_are_a_configuration_error() {
    let error =
        HttpsService::new(&Endpoint::sandbox("https://127.0.0.1:1", b"no root"), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

/// A proxy that notes where each CONNECT goes, and takes it there or refuses it.
fn proxy(refuses: bool) -> (String, std::sync::mpsc::Receiver<String>) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            let line = lines.next().unwrap().unwrap();
            let target = line.split(' ').nth(1).unwrap().to_owned();
            sender.send(line).unwrap();
            if refuses {
                let refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
                (&stream).write_all(refusal).unwrap();
                continue;
            }
            assert!(lines.any(|line| line.unwrap().is_empty()));
            let there = std::net::TcpStream::connect(target).unwrap();
            let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
            (&stream).write_all(established).unwrap();
            let (mut up, mut to) = (stream.try_clone().unwrap(), there.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut up, &mut to));
            std::thread::spawn(move || std::io::copy(&mut &there, &mut &stream));
        }
    });
    (url, receiver)
}

/// Asks for information through the proxy that the environment names, or straight; the child of the test below.
#[test]
fn child_that_asks_by_the_environments_proxy() {
    let Ok(way) = std::env::var("MYNACARD_TEST_PROXY") else {
        return;
    };
    let proxy = match way.as_str() {
        "system" => mynacard_client::https::Proxy::System,
        _ => mynacard_client::https::Proxy::Direct,
    };
    let peer = Peer::answering(json("200 OK", INFO));
    let endpoint = endpoint(peer.url()).with_proxy(proxy);
    let answered = HttpsService::new(&endpoint, None)
        .unwrap()
        .info(&Cancel::new());
    match std::env::var("MYNACARD_TEST_REFUSED") {
        Ok(_) => assert_eq!(answered.unwrap_err().kind(), ErrorKind::Unreachable),
        Err(_) => drop(answered.unwrap()),
    }
}

#[test]
fn the_systems_proxy_is_used_unless_the_way_is_to_be_straight() {
    for (way, excepted, refuses, used) in [
        ("system", None, false, true),
        ("system", None, true, true),
        ("system", Some("127.0.0.1"), true, false),
        ("direct", None, true, false),
    ] {
        let (url, asked) = proxy(refuses);
        // The environment is a process's: a process of its own.
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "child_that_asks_by_the_environments_proxy"])
            .env("MYNACARD_TEST_PROXY", way)
            .env("HTTPS_PROXY", &url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .stdout(std::process::Stdio::null());
        if let Some(excepted) = excepted {
            child.env("NO_PROXY", excepted);
        }
        if refuses && used {
            child.env("MYNACARD_TEST_REFUSED", "1");
        }
        let case = format!("{way} {excepted:?} {refuses}");
        assert!(child.status().unwrap().success(), "{case}");
        let line = asked.try_recv().ok();
        let connected = line.is_some_and(|line| line.starts_with("CONNECT 127.0.0.1:"));
        assert_eq!(connected, used, "{case}");
    }
}
