//! Which relayed commands reach the card: default deny, decided by what is selected, built anew from their parts.

use mynacard_card::apdu::Command;

use crate::{Error, ErrorKind};

/// Follows what is selected on the card and decides each relayed command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    place: Place,
    commands: u32,
}

/// A command that the guard let pass, taken apart: what is sent is encoded from these parts.
#[derive(Clone, PartialEq, Eq)]
pub struct GuardedCommand {
    rule: Rule,
    data: Vec<u8>,
    expected: Option<u32>,
}

/// How far the relay has come. The flow selects the JPKI application itself, by its whole identifier, and the relay never
/// selects another: the first place is inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Application,
    TerminalKeyFile,
    CertificateShown,
    Challenged,
    Proven,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    SelectTerminalKeyFile,
    ShowCertificate,
    Challenge,
    Prove,
}

/// More commands than any relay needs.
const MOST_COMMANDS: u32 = 8;
const TERMINAL_KEY_FILE: [u8; 2] = [0x00, 0x16];

/// Each allowed command: from which place, class and instruction, parameters, data length, expected length, and where it
/// leads.
struct Row {
    rule: Rule,
    from: &'static [Place],
    instruction: [u8; 2],
    parameters: [u8; 2],
    exact: Option<&'static [u8]>,
    data: std::ops::RangeInclusive<usize>,
    expected: std::ops::RangeInclusive<u32>,
    to: Place,
}

/// `expected` 0..=0 means: no Le.
const TABLE: [Row; 4] = [
    Row {
        rule: Rule::SelectTerminalKeyFile,
        from: &[Place::Application, Place::TerminalKeyFile],
        instruction: [0x00, 0xA4],
        parameters: [0x02, 0x0C],
        exact: Some(&TERMINAL_KEY_FILE),
        data: 2..=2,
        expected: 0..=0,
        to: Place::TerminalKeyFile,
    },
    Row {
        rule: Rule::ShowCertificate,
        from: &[Place::TerminalKeyFile],
        instruction: [0x80, 0xA2],
        parameters: [0x06, 0xC1],
        exact: None,
        data: 307..=307,
        expected: 0..=0,
        to: Place::CertificateShown,
    },
    Row {
        rule: Rule::Challenge,
        from: &[Place::CertificateShown],
        instruction: [0x00, 0x84],
        parameters: [0x00, 0x00],
        exact: None,
        data: 0..=0,
        expected: 8..=32,
        to: Place::Challenged,
    },
    Row {
        rule: Rule::Prove,
        from: &[Place::Challenged],
        instruction: [0x80, 0xA2],
        parameters: [0x00, 0xC1],
        exact: None,
        data: 64..=64,
        expected: 0..=0,
        to: Place::Proven,
    },
];

impl Guard {
    /// A guard over a card whose JPKI application was just selected after a power-down.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            place: Place::Application,
            commands: 0,
        }
    }

    /// Takes the relay's bytes apart and lets them pass, or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RelayRefused`] naming the rule.
    pub fn admit(&mut self, raw: &[u8]) -> Result<GuardedCommand, Error> {
        let decision = self.decide(raw);
        self.commands = self.commands.saturating_add(1);
        decision.map_err(|rule| ErrorKind::RelayRefused { rule }.into())
    }

    /// The command, or the rule that it breaks.
    fn decide(&self, raw: &[u8]) -> Result<GuardedCommand, &'static str> {
        if self.commands >= MOST_COMMANDS {
            return Err("too many commands");
        }
        let command = Command::decode(raw).map_err(|_| "not one well-formed command")?;
        // The parameters of a command that is nowhere on the list are not looked at.
        let rows = with_instruction([command.cla(), command.ins()]).ok_or(NO_INSTRUCTION)?;
        let row = with_parameters(rows, [command.p1(), command.p2()]).ok_or(NO_PARAMETERS)?;
        let (data, expected) = (command.data(), command.expected());
        match () {
            () if !row.from.contains(&self.place) => Err("not in this place"),
            () if !row.data.contains(&data.len()) => Err("data of another length"),
            () if row.exact.is_some_and(|exact| exact != data) => Err("another file"),
            () if !row.expected.contains(&expected.unwrap_or(0)) => Err("expects another length"),
            () => Ok(GuardedCommand {
                rule: row.rule,
                data: data.to_vec(),
                expected,
            }),
        }
    }

    /// Follows the card's answer, data and status word, to a command that passed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RelayRefused`] when the card answers with data where none belongs: it does not go to the relay.
    pub fn answered(&mut self, command: &GuardedCommand, response: &[u8]) -> Result<(), Error> {
        let wanted = usize::try_from(command.expected.unwrap_or(0)).unwrap_or(0);
        let Some((data, status)) = response.split_last_chunk::<2>() else {
            return Err(ErrorKind::RelayRefused {
                rule: "no status word",
            }
            .into());
        };
        if data.len() > wanted {
            return Err(ErrorKind::RelayRefused {
                rule: "an answer with data",
            }
            .into());
        }
        if *status == [0x90, 0x00] {
            self.place = command.rule.row().to;
        }
        Ok(())
    }

    /// Whether the relay has come to its end: the card accepted the proof.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.place == Place::Proven
    }
}

const NO_INSTRUCTION: &str = "not on the list";
const NO_PARAMETERS: &str = "not with these parameters";

/// The rows of an instruction, if it has any.
fn with_instruction(instruction: [u8; 2]) -> Option<impl Iterator<Item = &'static Row>> {
    let mut rows = TABLE
        .iter()
        .filter(move |row| row.instruction == instruction)
        .peekable();
    rows.peek().is_some().then_some(rows)
}

fn with_parameters(
    mut rows: impl Iterator<Item = &'static Row>,
    parameters: [u8; 2],
) -> Option<&'static Row> {
    rows.find(|row| row.parameters == parameters)
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl GuardedCommand {
    /// The command, from its parts.
    #[must_use]
    pub fn command(&self) -> Command<'_> {
        let row = self.rule.row();
        let ([cla, ins], [p1, p2]) = (row.instruction, row.parameters);
        let command = Command::new(cla, ins, p1, p2).with_data(&self.data);
        match self.expected {
            Some(expected) => command.with_expected(expected),
            None => command,
        }
    }
}

impl Rule {
    fn row(self) -> &'static Row {
        TABLE
            .iter()
            .find(|row| row.rule == self)
            .expect("every rule has its row")
    }
}

impl std::fmt::Debug for GuardedCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedCommand")
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
