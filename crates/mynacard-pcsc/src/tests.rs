//! Readers, waits and dialogues against the planned service.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use mynacard_card::{
    Command, Delivery, End, Limits, PinKind, Response, StatusWord, Transport, TransportError,
    TransportErrorKind,
};

use crate::fake::{Event, Fake};
use crate::{Choice, Error, ErrorKind, Length, Occupancy, Options, PcscCard, Readers, Stop};

const SECOND: Duration = Duration::from_secs(1);

fn readers(fake: &Fake) -> Readers {
    Readers::with_system(Arc::new(fake.clone()))
}

fn wait(fake: &Fake, choice: Choice, time: Duration) -> Result<String, ErrorKind> {
    let found = readers(fake).wait_for_card(&choice, Some(time), &Stop::new());
    found
        .map(|reader| reader.name().to_owned())
        .map_err(|error| error.kind().clone())
}

/// The card in reader "A", with short patience.
fn card(fake: &Fake, change: impl FnOnce(&mut Options)) -> PcscCard {
    let reader = readers(fake)
        .list()
        .unwrap()
        .into_iter()
        .find(|reader| reader.name() == "A")
        .unwrap();
    let mut options = Options::default();
    change(&mut options);
    readers(fake).card(&reader, options)
}

fn begun(fake: &Fake) -> PcscCard {
    let mut card = card(fake, |_| {});
    card.begin().unwrap();
    fake.log();
    card
}

fn select(card: &mut PcscCard) -> Result<StatusWord, TransportError> {
    let mut response = Response::new();
    card.exchange(
        &Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(&[0x00, 0x18]),
        &mut response,
    )?;
    Ok(response.status())
}

#[track_caller]
fn is(error: &TransportError, kind: TransportErrorKind, delivery: Delivery, code: &str) {
    let own = error
        .source()
        .and_then(|source| source.downcast_ref::<Error>())
        .expect("an error of this crate");
    assert_eq!(
        (error.kind(), error.delivery(), own.code()),
        (kind, delivery, code),
        "{own}"
    );
}

#[test]
fn listing_shows_readers_and_cards() {
    let fake = Fake::new(&[("A", true), ("B", false)]);
    let list = readers(&fake).list().unwrap();
    let seen: Vec<_> = list
        .iter()
        .map(|reader| (reader.name(), reader.occupancy()))
        .collect();
    assert_eq!(seen, [("A", Occupancy::Card), ("B", Occupancy::Empty)]);
    assert!(readers(&Fake::new(&[])).list().unwrap().is_empty());
}

#[test]
fn listing_without_service_says_so() {
    let fake = Fake::new(&[]).at(0, Event::StopService);
    readers(&fake)
        .wait_for_card(&Choice::OnlyCard, Some(SECOND), &Stop::new())
        .unwrap_err();
    assert_eq!(readers(&fake).list().unwrap_err().code(), "MC-2001");
}

#[test]
fn a_card_that_is_there_needs_no_wait() {
    let fake = Fake::new(&[("A", true)]);
    assert_eq!(wait(&fake, Choice::OnlyCard, SECOND), Ok("A".into()));
    assert_eq!(fake.elapsed(), Duration::ZERO);
}

#[test]
fn a_card_ends_the_wait_when_it_comes() {
    let fake = Fake::new(&[("A", false), ("B", false)]).at(2300, Event::Insert("B"));
    assert_eq!(wait(&fake, Choice::OnlyCard, 10 * SECOND), Ok("B".into()));
    assert_eq!(fake.elapsed(), Duration::from_millis(2300));
}

#[test]
fn several_cards_are_listed() {
    let fake = Fake::new(&[("A", true), ("B", true)]);
    let both = ErrorKind::SeveralCards {
        readers: vec!["A".into(), "B".into()],
    };
    assert_eq!(wait(&fake, Choice::OnlyCard, SECOND), Err(both));
    assert_eq!(
        wait(&fake, Choice::Named("B".into()), SECOND),
        Ok("B".into())
    );
}

#[test]
fn a_reader_may_be_plugged_in_while_waiting() {
    let fake = Fake::new(&[])
        .at(700, Event::Plug("A"))
        .at(1900, Event::Insert("A"));
    assert_eq!(
        wait(&fake, Choice::Named("A".into()), 10 * SECOND),
        Ok("A".into())
    );
    assert_eq!(fake.elapsed(), Duration::from_millis(1900));
}

#[test]
fn a_reader_may_be_unplugged_while_waiting() {
    let fake = Fake::new(&[("A", false), ("B", false)])
        .at(300, Event::Unplug("A"))
        .at(900, Event::Insert("B"));
    assert_eq!(wait(&fake, Choice::OnlyCard, 10 * SECOND), Ok("B".into()));
}

#[test]
fn the_service_may_be_restarted_while_waiting() {
    let fake = Fake::new(&[("A", false)])
        .at(300, Event::StopService)
        .at(2000, Event::StartService)
        .at(4000, Event::Insert("A"));
    assert_eq!(wait(&fake, Choice::OnlyCard, 10 * SECOND), Ok("A".into()));
    assert_eq!(fake.elapsed(), 4 * SECOND);
}

#[test]
fn the_end_of_a_wait_says_what_was_missing() {
    let unknown = ErrorKind::UnknownReader {
        wanted: "X".into(),
        found: vec!["A".into()],
    };
    assert_eq!(
        wait(&Fake::new(&[("A", false)]), Choice::OnlyCard, SECOND),
        Err(ErrorKind::WaitTimeout)
    );
    assert_eq!(
        wait(
            &Fake::new(&[("A", true)]),
            Choice::Named("X".into()),
            SECOND
        ),
        Err(unknown)
    );
    assert_eq!(
        wait(&Fake::new(&[]), Choice::OnlyCard, SECOND),
        Err(ErrorKind::NoReader)
    );
    let stopped = Fake::new(&[("A", false)]).at(200, Event::StopService);
    assert_eq!(
        wait(&stopped, Choice::OnlyCard, SECOND),
        Err(ErrorKind::ServiceUnavailable)
    );
    assert_eq!(
        stopped.elapsed(),
        SECOND,
        "a wait ends on time, not early and not late"
    );
}

#[test]
fn a_wait_of_no_time_looks_once() {
    assert_eq!(
        wait(&Fake::new(&[("A", true)]), Choice::OnlyCard, Duration::ZERO),
        Ok("A".into())
    );
    assert_eq!(
        wait(
            &Fake::new(&[("A", false)]),
            Choice::OnlyCard,
            Duration::ZERO
        ),
        Err(ErrorKind::WaitTimeout)
    );
}

#[test]
fn a_stop_interrupts_the_wait() {
    let stop = Stop::new();
    let fake = Fake::new(&[("A", false)])
        .at(1234, Event::Press(stop.clone()))
        .at(5000, Event::Insert("A"));
    let error = readers(&fake)
        .wait_for_card(&Choice::OnlyCard, None, &stop)
        .unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::WaitCancelled);
    assert_eq!(fake.elapsed(), Duration::from_millis(1234));
    assert_eq!(fake.world().interrupts, 1);
    // It holds for every later wait too.
    let again = readers(&fake)
        .wait_for_card(&Choice::OnlyCard, None, &stop)
        .unwrap_err();
    assert_eq!(*again.kind(), ErrorKind::WaitCancelled);
}

#[test]
fn removal_and_hot_plug_are_seen() {
    let fake = Fake::new(&[("A", true)])
        .at(800, Event::Remove("A"))
        .at(1500, Event::Plug("B"));
    let all = readers(&fake);
    let known = all.list().unwrap();
    all.wait_for_removal(&known[0], Some(5 * SECOND), &Stop::new())
        .unwrap();
    assert_eq!(fake.elapsed(), Duration::from_millis(800));
    let now = all.list().unwrap();
    let then = all
        .wait_for_change(&now, Some(5 * SECOND), &Stop::new())
        .unwrap();
    assert_eq!(
        then.iter().map(crate::Reader::name).collect::<Vec<_>>(),
        ["A", "B"]
    );
    assert_eq!(fake.elapsed(), Duration::from_millis(1500));
}

#[test]
fn a_dialogue_powers_the_card_down_at_both_ends() {
    let fake = Fake::new(&[("A", true)]);
    let mut card = card(&fake, |_| {});
    card.begin().unwrap();
    assert_eq!(select(&mut card).unwrap(), StatusWord::from(0x9000));
    card.end(End::PowerDown);
    assert_eq!(
        fake.log(),
        [
            "connect",
            "power cycle",
            "transmit 00A4020C020018",
            "close, power down"
        ]
    );
    card.begin().unwrap();
    card.end(End::Leave);
    assert_eq!(fake.log(), ["connect", "power cycle", "close, leave"]);
    card.begin().unwrap();
    drop(card);
    assert_eq!(fake.log(), ["connect", "power cycle", "close, power down"]);
}

#[test]
fn a_card_in_use_is_retried_until_the_deadline() {
    let fake = Fake::new(&[("A", true)]);
    fake.world().refusals = 20;
    let mut patient = card(&fake, |_| {});
    patient.begin().unwrap();
    assert_eq!(fake.elapsed(), Duration::from_secs(2));
    drop(patient);

    fake.world().refusals = 20;
    let mut hasty = card(&fake, |options| options.sharing_deadline = SECOND);
    let error = hasty.begin().unwrap_err();
    is(
        &error,
        TransportErrorKind::Sharing,
        Delivery::NotSent,
        "MC-2007",
    );
    assert_eq!(fake.elapsed(), Duration::from_secs(3));
}

#[test]
fn a_stop_ends_the_retries() {
    let stop = Stop::new();
    let fake = Fake::new(&[("A", true)]).at(350, Event::Press(stop.clone()));
    fake.world().refusals = u32::MAX;
    let error = card(&fake, |options| options.stop = stop)
        .begin()
        .unwrap_err();
    is(
        &error,
        TransportErrorKind::Cancelled,
        Delivery::NotSent,
        "MC-2006",
    );
    assert_eq!(fake.elapsed(), Duration::from_millis(400));
}

#[test]
fn sharing_is_not_retried_once_a_command_went_out() {
    let fake = Fake::new(&[("A", true)]);
    let mut card = begun(&fake);
    fake.world()
        .answers
        .push_back(Err(pcsc::Error::SharingViolation));
    let error = select(&mut card).unwrap_err();
    is(
        &error,
        TransportErrorKind::Sharing,
        Delivery::Unknown,
        "MC-2007",
    );
    assert_eq!(fake.log(), ["transmit 00A4020C020018", "close, power down"]);
}

#[test]
fn an_empty_reader_is_no_card() {
    let fake = Fake::new(&[("A", false)]);
    is(
        &card(&fake, |_| {}).begin().unwrap_err(),
        TransportErrorKind::NoCard,
        Delivery::NotSent,
        "MC-2008",
    );
}

#[track_caller]
fn lost(event: Event, failure: pcsc::Error, kind: TransportErrorKind, code: &str) {
    let fake = Fake::new(&[("A", true), ("B", true)]).at(0, event);
    let mut card = card(&fake, |_| {});
    // The event takes place at the first wait: between the commands.
    card.begin().unwrap();
    crate::system::System::pause(&fake, Duration::from_millis(10));
    fake.world().answers.push_back(Err(failure));
    is(
        &select(&mut card).unwrap_err(),
        kind,
        Delivery::Unknown,
        code,
    );
    // The dialogue is over: nothing more is sent.
    is(
        &select(&mut card).unwrap_err(),
        TransportErrorKind::Other,
        Delivery::NotSent,
        "MC-2015",
    );
}

#[test]
fn what_was_lost_is_told_apart() {
    lost(
        Event::Remove("A"),
        pcsc::Error::NotTransacted,
        TransportErrorKind::CardRemoved,
        "MC-2008",
    );
    lost(
        Event::Unplug("A"),
        pcsc::Error::NotTransacted,
        TransportErrorKind::ReaderRemoved,
        "MC-2009",
    );
    lost(
        Event::StopService,
        pcsc::Error::NoService,
        TransportErrorKind::ServiceStopped,
        "MC-2001",
    );
    // The card is still there: a failure on the line, and a reset by somebody else.
    lost(
        Event::Remove("B"),
        pcsc::Error::NotTransacted,
        TransportErrorKind::Other,
        "MC-2014",
    );
    lost(
        Event::Remove("B"),
        pcsc::Error::UnresponsiveCard,
        TransportErrorKind::Other,
        "MC-2010",
    );
    lost(
        Event::Remove("B"),
        pcsc::Error::ResetCard,
        TransportErrorKind::CardReset,
        "MC-2014",
    );
}

#[test]
fn the_service_may_be_restarted_between_dialogues() {
    let fake = Fake::new(&[("A", true)])
        .at(100, Event::StopService)
        .at(200, Event::StartService);
    let mut card = begun(&fake);
    card.end(End::PowerDown);
    crate::system::System::pause(&fake, SECOND);
    card.begin().unwrap();
    assert_eq!(select(&mut card).unwrap(), StatusWord::from(0x9000));
}

#[test]
fn a_stopped_service_is_not_waited_for() {
    let fake = Fake::new(&[("A", true)]).at(100, Event::StopService);
    let mut card = begun(&fake);
    card.end(End::PowerDown);
    crate::system::System::pause(&fake, SECOND);
    is(
        &card.begin().unwrap_err(),
        TransportErrorKind::ServiceStopped,
        Delivery::NotSent,
        "MC-2001",
    );
    assert_eq!(fake.elapsed(), SECOND);
}

/// A phone may take 5 to 20 seconds for an answer. That time is the card's, and no silence of ours.
#[test]
fn an_answer_may_take_as_long_as_a_phone_needs() {
    for seconds in [5, 20] {
        let fake = Fake::new(&[("A", true)]);
        let mut card = begun(&fake);
        fake.world().slowness = seconds * SECOND;
        for _ in 0..3 {
            assert_eq!(select(&mut card).unwrap(), StatusWord::from(0x9000));
        }
        assert_eq!(fake.elapsed(), 3 * seconds * SECOND);
        assert_eq!(fake.log(), ["transmit 00A4020C020018"; 3]);
        // Ours is counted from the answer.
        crate::system::System::pause(&fake, Duration::from_millis(4501));
        is(
            &select(&mut card).unwrap_err(),
            TransportErrorKind::CardReset,
            Delivery::NotSent,
            "MC-2011",
        );
    }
}

/// A reader gives up on the phone that was sent a PIN: whether it was counted is not known, and nothing follows.
#[test]
fn a_pin_that_a_phone_answers_too_late_has_an_unknown_outcome() {
    use mynacard_card::{Pin, PinTry, app::jpki::Jpki};
    let fake = Fake::new(&[("A", true)]);
    {
        let mut world = fake.world();
        world.slowness = 20 * SECOND;
        // SELECT, counter, VERIFY.
        let answers = [
            Ok(vec![0x90, 0x00]),
            Ok(vec![0x63, 0xC3]),
            Err(pcsc::Error::Timeout),
        ];
        world.answers.extend(answers);
    }
    let mut card = card(&fake, |_| {});
    let mut jpki = Jpki::open(&mut card, mynacard_card::Options::default()).unwrap();
    let error = jpki
        .verify(Pin::new(b"1234").unwrap())
        .map(drop)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.pin_try()),
        ("MC-1007", PinTry::Unknown)
    );
    assert!(jpki.authentication_certificate().is_err());
    drop(jpki);
    let log = fake.log();
    let sent = log.iter().filter(|line| line.starts_with("transmit 0020"));
    assert_eq!(sent.count(), 2, "one query, one VERIFY: {log:?}");
    assert_eq!(log.last().map(String::as_str), Some("close, power down"));
    assert!(fake.elapsed() >= 60 * SECOND);
}

#[test]
fn silence_ends_the_session_before_the_system_does() {
    let fake = Fake::new(&[("A", true)]);
    let mut card = begun(&fake);
    crate::system::System::pause(&fake, Duration::from_millis(4500));
    select(&mut card).unwrap();
    crate::system::System::pause(&fake, Duration::from_millis(4501));
    is(
        &select(&mut card).unwrap_err(),
        TransportErrorKind::CardReset,
        Delivery::NotSent,
        "MC-2011",
    );
    assert_eq!(fake.log(), ["transmit 00A4020C020018", "close, power down"]);
}

#[track_caller]
fn limits(data_size: Option<u32>, block_protocol: bool, length: Length, expected: Limits) {
    let fake = Fake::new(&[("A", true)]);
    fake.world().data_size = data_size;
    fake.world().block_protocol = block_protocol;
    let mut card = card(&fake, |options| options.length = length);
    assert_eq!(card.limits(), Limits::SHORT);
    card.begin().unwrap();
    assert_eq!(card.limits(), expected);
}

#[test]
fn limits_come_from_the_reader() {
    limits(None, true, Length::FromReader, Limits::SHORT);
    limits(Some(0), true, Length::FromReader, Limits::SHORT);
    limits(
        Some(2048),
        true,
        Length::FromReader,
        Limits {
            max_command: 2057,
            max_response: 2050,
        },
    );
    limits(Some(0x1_0000), true, Length::Short, Limits::SHORT);
    limits(None, true, Length::Extended, Limits::EXTENDED);
    limits(Some(0x1_0000), false, Length::Extended, Limits::SHORT);
}

#[test]
fn a_command_beyond_the_limits_is_not_sent() {
    let fake = Fake::new(&[("A", true)]);
    let mut card = begun(&fake);
    let data = [0; 256];
    let error = card
        .exchange(
            &Command::new(0x00, 0xD6, 0, 0).with_data(&data),
            &mut Response::new(),
        )
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::TooLong, Delivery::NotSent)
    );
    assert!(fake.log().is_empty());
    select(&mut card).unwrap();
}

#[test]
fn a_short_answer_is_malformed() {
    let fake = Fake::new(&[("A", true)]);
    let mut card = begun(&fake);
    fake.world().answers.push_back(Ok(vec![0x90]));
    let error = select(&mut card).unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::MalformedResponse, Delivery::Unknown)
    );
    assert!(select(&mut card).is_err());
}

fn keypad(
    answer: Result<Vec<u8>, pcsc::Error>,
) -> (Result<StatusWord, TransportError>, Vec<String>) {
    let fake = Fake::new(&[("A", true)]);
    fake.world().keypad = answer;
    let mut card = begun(&fake);
    let request = PinKind::Authentication.entry();
    (card.enter_pin(&request), fake.log())
}

#[test]
fn the_keypad_gets_the_structure_of_part_10() {
    let (status, log) = keypad(Ok(vec![0x63, 0xC2]));
    assert_eq!(status.unwrap(), StatusWord::from(0x63C2));
    // timeouts, format, block of 4, no length field, 4 to 4 digits, confirmation key, 1 message, Japanese, message 0,
    // prologue, 9 bytes: VERIFY with 4 places
    let expected =
        "keypad 1E1E820400040402011104000000000900000000200098 04FFFFFFFF".replace(' ', "");
    assert_eq!(log, [expected.replacen("keypad", "keypad ", 1)]);
}

#[track_caller]
fn keypad_fails(
    answer: Result<Vec<u8>, pcsc::Error>,
    kind: TransportErrorKind,
    delivery: Delivery,
    code: &str,
) {
    is(&keypad(answer).0.unwrap_err(), kind, delivery, code);
}

#[test]
fn what_the_keypad_says_is_not_what_the_card_says() {
    keypad_fails(
        Ok(vec![0x64, 0x00]),
        TransportErrorKind::Timeout,
        Delivery::NotSent,
        "MC-2013",
    );
    keypad_fails(
        Ok(vec![0x64, 0x01]),
        TransportErrorKind::Cancelled,
        Delivery::NotSent,
        "MC-2013",
    );
    keypad_fails(
        Ok(vec![0x6B, 0x80]),
        TransportErrorKind::Other,
        Delivery::NotSent,
        "MC-2013",
    );
    keypad_fails(
        Err(pcsc::Error::UnsupportedFeature),
        TransportErrorKind::Unsupported,
        Delivery::NotSent,
        "MC-2012",
    );
    keypad_fails(
        Err(pcsc::Error::NotTransacted),
        TransportErrorKind::Other,
        Delivery::Unknown,
        "MC-2014",
    );
}
