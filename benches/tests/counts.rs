//! Counts that a change of the code moves and a busy machine does not: exchanges, allocations, time over the virtual air.

use mynacard_benches::clients::CLIENTS;
use mynacard_benches::dialogue::{MODES, Recorded, check, over_the_air};

#[test]
fn a_check_takes_the_exchanges_of_its_mode_and_less_air_than_any_other_client() {
    let others: Vec<_> = CLIENTS
        .iter()
        .map(|client| client.replay().expect("the card answers as it did"))
        .collect();
    assert_eq!(
        others.iter().map(|cost| cost.exchanges).collect::<Vec<_>>(),
        [12, 28, 63, 121]
    );
    for mode in MODES {
        let (exchanges, elapsed) = over_the_air(mode).expect("a check");
        assert_eq!(exchanges, mode.exchanges, "{}", mode.name);
        for other in &others {
            assert!(
                elapsed < other.elapsed,
                "{}: {elapsed:?} {other:?}",
                mode.name
            );
        }
    }
}

#[test]
fn a_check_allocates_once_an_exchange_and_little_besides() {
    for mode in MODES {
        let mut card = Recorded::new(mode).expect("a check");
        let counted = allocation_counter::measure(|| {
            check(&mut card, mode).expect("as recorded");
        });
        println!("{}: {counted:?}", mode.name);
        let allowed = u64::from(mode.exchanges) + 10;
        assert!(counted.count_total <= allowed, "{}: {counted:?}", mode.name);
        assert!(counted.bytes_max <= 8 * 1024, "{}: {counted:?}", mode.name);
    }
}
