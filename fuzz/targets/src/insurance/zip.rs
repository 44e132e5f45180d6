//! An answer file in the exchange's folder: XML, or XML in a ZIP, plain or AES.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mynacard_auth::Cancel;
use mynacard_client::folder::{
    Error, Exchange, ExchangeEvent, ExchangeOptions, Folders, Outcome, Password, Response, read_zip,
};
use mynacard_eligibility::message::{FileName, MessageKind};
use mynacard_eligibility::{BulkReader, Encoding, FieldId, Message};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::errors::{note, noted};
use crate::{pieces, service};

/// The password that the exchange is set to.
const PASSWORD: &str = "synthetic";

/// What the question calls itself: an answer that names another one is another's.
const IDENTIFIER: &str = "20261120093000-1";

/// The most bytes of an answer that the exchange is set to.
const MAX_ANSWER: usize = 256 << 10;

/// What the first byte of an input says.
struct Choices(u8);

impl Choices {
    /// The bytes are the file; else its parts are put into a sound ZIP.
    fn raw(&self) -> bool {
        self.0 & 1 == 0
    }

    fn set_to_decrypt(&self) -> bool {
        self.0 & 2 != 0
    }

    fn encrypted(&self) -> bool {
        self.0 & 4 != 0
    }

    fn with_another_password(&self) -> bool {
        self.0 & 8 != 0
    }

    fn named_like_the_answer(&self) -> bool {
        self.0 & 16 == 0
    }

    fn deflated(&self) -> bool {
        self.0 & 32 == 0
    }

    fn zip(&self) -> bool {
        !self.raw() || self.0 & 64 == 0
    }

    /// More files in the ZIP than are looked at.
    fn many(&self) -> bool {
        self.0 & 128 != 0
    }

    fn password(&self) -> Option<Password> {
        self.set_to_decrypt().then(|| Password::new(PASSWORD))
    }
}

/// Whatever lies there is one event; and an answer says in a ZIP what it says outside.
pub(crate) fn zip(data: &[u8]) {
    let data = &*crate::grown(data);
    let Some((&first, rest)) = data.split_first() else {
        return;
    };
    let choices = Choices(first);
    let parts: Vec<&[u8]> = pieces(rest).take(4).collect();
    let file = if choices.raw() {
        rest.to_vec()
    } else {
        archive(&choices, &parts)
    };
    let event = FOLDER.with(|folder| folder.delivered(&file, &choices));
    if let ExchangeEvent::Unreadable { error, .. } = &event {
        note(error);
    }
    let ([only], false) = (parts.as_slice(), choices.raw()) else {
        return;
    };
    let code = match event {
        ExchangeEvent::Response(response) => {
            let expected = count(only).expect("it was read in a ZIP");
            assert_eq!(response.people(), expected, "the ZIP changed the answer");
            assert!(
                !choices.encrypted()
                    || choices.set_to_decrypt() && !choices.with_another_password(),
                "read without its password"
            );
            return;
        }
        ExchangeEvent::Unreadable { error, .. } => note(&error),
        _ => unreachable!("the folder is there"),
    };
    if choices.many() {
        assert_eq!(code, "MC-6504", "a ZIP of too many files");
        return;
    }
    if code == "MC-6503" {
        assert!(only.len() >= MAX_ANSWER, "refused as too large");
        return;
    }
    if code == "MC-6510" {
        let read = Message::read_xml(only).expect("it was read in a ZIP");
        let named = read.header.text(FieldId::ARBITRARY_FILE_IDENTIFIER);
        assert!(named.is_some_and(|name| name != IDENTIFIER), "{named:?}");
        return;
    }
    if choices.encrypted() && !choices.set_to_decrypt() {
        assert_eq!(code, "MC-6505", "the setting is to be named");
    } else if !choices.encrypted() {
        assert_eq!(Some(code), count(only).err(), "the ZIP changed the error");
    }
}

/// What an answer file says, whole and person by person.
fn asked(response: &Response) {
    let header = response.header(FieldId::ERROR_CODE);
    let _ = (header, response.reception_number());
    let segment = response.header(FieldId::SEGMENT_OF_RESULT);
    let outcome = match segment.as_ref().map(|text| *text.peek()) {
        Some("1") => Outcome::Finished,
        Some("2") => Outcome::InProgress,
        Some("9") => Outcome::Failed,
        _ => Outcome::Other,
    };
    assert_eq!(*response.outcome().peek(), outcome);
    let _ = format!("{response:?}");
    let _ = noted(response.answer());
    let mut people = 0;
    let each = response.each_person(&Cancel::new(), &mut |_, _| people += 1);
    assert!(noted(each).is_ok() && people == response.people());
    // Told to stop before, or at the first person: nobody is told of after that but who was read already.
    let stop = Cancel::new();
    let mut told = 0;
    let each = response.each_person(&stop, &mut |_, _| {
        told += 1;
        stop.cancel();
    });
    let stopped = |result: Result<(), Error>| noted(result).is_err_and(|e| e.code() == "MC-6513");
    assert!(told <= people && (stopped(each) || told == people));
    stop.cancel();
    assert!(stopped(
        response.each_person(&stop, &mut |_, _| told = usize::MAX)
    ));
    assert_ne!(told, usize::MAX, "somebody was told of after the stop");
}

/// The ZIP read by itself: it says what the exchange says of it.
fn read_alone(path: &Path, choices: &Choices, event: &ExchangeEvent) {
    let whole = |xml: &mut dyn Read| {
        let mut bytes = Vec::new();
        let read = xml.read_to_end(&mut bytes);
        Ok(read.ok().map(|_| bytes))
    };
    let password = choices.password();
    let limit = MAX_ANSWER as u64;
    let read: Result<_, Error> = read_zip(path, password.as_ref(), limit, &Cancel::new(), whole);
    match (noted(read), event) {
        (Ok(Some(xml)), ExchangeEvent::Response(response)) => {
            assert_eq!(count(&xml).ok(), Some(response.people()), "another answer");
        }
        // The ZIP is right, and what is in it is not; or what is in it breaks off.
        (Ok(found), ExchangeEvent::Unreadable { error, .. }) => {
            let refused = found.and_then(|xml| count(&xml).err());
            let of_another = error.code() == "MC-6510";
            assert!(of_another || refused.is_none_or(|code| code == error.code()));
        }
        (Err(alone), ExchangeEvent::Unreadable { error, .. }) => {
            assert_eq!(alone.code(), error.code(), "another reason");
        }
        (alone, _) => unreachable!("the ZIP read by itself: {:?}", alone.err()),
    }
    let stop = Cancel::new();
    stop.cancel();
    let stopped: Result<_, Error> = read_zip(path, password.as_ref(), limit, &stop, whole);
    assert!(
        noted(stopped).map_or(true, |read| read.is_none()),
        "read on"
    );
}

/// The people of a message, read without the folder.
fn count(xml: &[u8]) -> Result<usize, &'static str> {
    let mut reader = BulkReader::open(xml).map_err(|error| error.code())?;
    let mut people = 0;
    while reader.next_unit().map_err(|error| error.code())?.is_some() {
        people += 1;
    }
    Ok(people)
}

fn archive(choices: &Choices, parts: &[&[u8]]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (index, content) in parts.iter().enumerate() {
        let name = if choices.named_like_the_answer() && index == 0 {
            FOLDER.with(|folder| folder.asked.response().to_string())
        } else {
            format!("{index}.xml")
        };
        let mut options = SimpleFileOptions::default();
        options = options.compression_method(if choices.deflated() {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        });
        let password = if choices.with_another_password() {
            "another"
        } else {
            PASSWORD
        };
        if choices.encrypted() {
            options = options.with_aes_encryption(AesMode::Aes256, password);
        }
        archive
            .start_file(name, options)
            .and_then(|()| Ok(archive.write_all(content)?))
            .expect("memory can be written to");
    }
    for number in 0..if choices.many() { 101 } else { 0 } {
        archive
            .start_file(format!("{number}.txt"), SimpleFileOptions::default())
            .expect("memory can be written to");
    }
    archive
        .finish()
        .expect("memory can be written to")
        .into_inner()
}

/// An exchange that waits for one answer.
struct Folder {
    folders: Folders,
    asked: FileName,
}

thread_local!(static FOLDER: Folder = Folder::new());

impl Folder {
    fn new() -> Self {
        let root: PathBuf = service::file().with_file_name("oqs");
        for name in ["req", "res"] {
            std::fs::create_dir_all(root.join(name)).expect("memory can be written to");
        }
        let folders = Folders::under(&root, &root.join("journal"));
        let mut exchange = Exchange::open(folders.clone(), ExchangeOptions::default())
            .expect("the journal can be written to");
        let id = format!("{}", std::process::id());
        let question = format!(
            "<XmlMsg><MessageHeader><ArbitraryFileIdentifier>{IDENTIFIER}</ArbitraryFileIdentifier></MessageHeader><MessageBody/></XmlMsg>"
        );
        let question = Message::read_xml(question.as_bytes()).expect("a message");
        let asked = exchange
            .submit(MessageKind::BulkQueryDownload, &id, &question, 0)
            .expect("a message can be written");
        Folder { folders, asked }
    }

    fn delivered(&self, file: &[u8], choices: &Choices) -> ExchangeEvent {
        let name = self.asked.response().to_string();
        let name = if choices.zip() {
            name.replace(".xml", ".zip")
        } else {
            name
        };
        let path = self.folders.res.join(name);
        std::fs::write(&path, file).expect("memory can be written to");
        let options = ExchangeOptions {
            encoding: Encoding::Utf8,
            patience: Duration::ZERO,
            max_answer: MAX_ANSWER as u64,
            zip_password: choices.password(),
            ..ExchangeOptions::default()
        };
        let mut exchange =
            Exchange::open(self.folders.clone(), options).expect("the journal can be read");
        let event = exchange.next(Some(Duration::ZERO), &Cancel::new());
        if let Some(ExchangeEvent::Response(response)) = &event {
            asked(response);
        }
        let event = event.expect("a file that lies there is an event");
        if choices.zip() {
            read_alone(&path, choices, &event);
        }
        let _ = std::fs::remove_file(&path);
        event
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(root) = self.folders.req.parent() {
            let _ = std::fs::remove_dir_all(root);
        }
    }
}
