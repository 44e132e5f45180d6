//! The app's screen as text, both ways.

use mynacard_eligibility::shape::screen::{Screen, read, write};

/// Lines that are looked for.
const MANY: usize = 40;

/// Any text: no line that says something vanishes, and what was read is shown and read again without a change.
pub(crate) fn screen(data: &[u8]) {
    let data = &*crate::grown_to(data, 1 << 21);
    let text = String::from_utf8_lossy(data);
    let Ok(screen) = crate::errors::noted(read(&text)) else {
        return;
    };
    // Each is looked for in the whole: of very many, the first ones will do.
    for line in screen.rest.iter().take(MANY) {
        assert!(text.contains(line.as_str()), "a line that nobody wrote");
    }
    let shown = format!("{screen:?}");
    let many = screen.rest.iter().take(MANY);
    let mut beside = many.filter(|line| line.chars().count() > 20);
    assert!(
        !beside.any(|line| shown.contains(line.as_str())),
        "a log would show a person's line"
    );
    stands(&screen);
    super::shapes(&screen.answer);
}

/// What was read from a screen, shown again.
pub(super) fn stands(screen: &Screen) {
    let shown = write(&screen.answer);
    let Ok(again) = read(&shown) else {
        assert!(shown.trim().is_empty(), "what we show, we read");
        return;
    };
    assert_eq!(again.rest, [""; 0], "our own lines are all known");
    assert_eq!(write(&again.answer), shown, "the screen is not stable");
    let visible = |screen: &Screen| {
        screen
            .answer
            .results()
            .iter()
            .filter(|result| {
                let nested = result.limit().into_iter().flat_map(|limit| limit.values());
                let mut texts = result.values().chain(nested);
                texts.any(|(_, text)| !text.trim().is_empty())
            })
            .count()
    };
    assert_eq!(visible(&again), visible(screen), "an insurance was lost");
}
