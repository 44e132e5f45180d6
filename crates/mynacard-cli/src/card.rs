//! Where the card is: a virtual one in this program, or a PC/SC reader.

use mynacard::card::Transport;

use crate::args::CardArguments;
use crate::failure::Failure;
use crate::output::Output;

/// A card that was asked for and not yet touched.
pub(crate) enum Source {
    /// A synthetic person's virtual card.
    #[cfg(feature = "demo")]
    Virtual(&'static mynacard_sim::Person),
    /// A reader, by name or the only one with a card, and what commands it carries.
    #[cfg(feature = "pcsc")]
    Reader(Option<String>, mynacard::pcsc::Length),
}

impl Source {
    /// What the arguments ask for; without a word, the only reader with a card. `extended` insists on extended commands.
    #[cfg_attr(not(feature = "pcsc"), expect(unused_variables))]
    pub(crate) fn of(arguments: &CardArguments, extended: bool) -> Result<Self, Failure> {
        #[cfg(feature = "demo")]
        if let Some(id) = &arguments.virtual_person {
            return mynacard_sim::person(id).map(Self::Virtual).ok_or_else(|| {
                let known: Vec<_> = mynacard_sim::people()
                    .iter()
                    .map(mynacard_sim::Person::id)
                    .collect();
                Failure::usage(format!(
                    "--virtual wants one of {}, found {id:?}",
                    known.join(" ")
                ))
            });
        }
        #[cfg(feature = "pcsc")]
        {
            use mynacard::pcsc::Length;
            let length = if extended {
                Length::Extended
            } else {
                Length::FromReader
            };
            Ok(Self::Reader(arguments.reader.clone(), length))
        }
        #[cfg(not(feature = "pcsc"))]
        Err(Failure::usage(
            "this program was built without PC/SC: use --virtual PERSON, or build it with the feature pcsc"
                .to_owned(),
        ))
    }

    /// Whether nobody's real card can be behind it.
    pub(crate) fn is_virtual(&self) -> bool {
        match *self {
            #[cfg(feature = "demo")]
            Self::Virtual(_) => true,
            #[cfg(feature = "pcsc")]
            Self::Reader(..) => false,
        }
    }

    /// Opens the card, with the name of where it is; waits for one where a reader is empty.
    #[cfg_attr(not(feature = "pcsc"), expect(unused_variables))]
    pub(crate) fn open(&self, output: &Output) -> Result<(Box<dyn Transport>, String), Failure> {
        match *self {
            #[cfg(feature = "demo")]
            Self::Virtual(person) => {
                let now = std::time::SystemTime::now();
                let card = mynacard_sim::VirtualCard::new(person, now);
                Ok((Box::new(card), format!("virtual {}", person.id())))
            }
            #[cfg(feature = "pcsc")]
            Self::Reader(ref name, length) => crate::reader::open(name.as_deref(), length, output),
        }
    }
}
