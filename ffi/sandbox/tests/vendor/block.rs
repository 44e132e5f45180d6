//! The fenced blocks of a paper.

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The paper and the line.
    pub(crate) place: String,
    pub(crate) language: String,
    pub(crate) text: String,
}

impl Block {
    /// Its lines as commands, without the remarks beside them.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .map(|line| line.split("  #").next().unwrap_or(line).trim())
            .filter(|line| !line.is_empty())
    }
}

/// The blocks of a paper; one that never ends fails.
pub(crate) fn of(name: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        open = match (open, fence) {
            (None, Some(language)) => Some(Block {
                place: format!("{name}:{}", index + 1),
                language: language.trim().to_owned(),
                text: String::new(),
            }),
            (Some(block), Some(_)) => {
                blocks.push(block);
                None
            }
            (Some(mut block), None) => {
                block.text += line;
                block.text.push('\n');
                Some(block)
            }
            (None, None) => None,
        };
    }
    assert!(open.is_none(), "a block never ends: {open:?}");
    blocks
}
