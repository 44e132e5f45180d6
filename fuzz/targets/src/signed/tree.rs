//! DER as a tree whose parts can be exchanged: the lengths around a change stay right, so that it reaches the checks.

/// One object.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) tag: u8,
    pub(crate) body: Body,
    /// One more octet of length than DER allows.
    long: bool,
}

/// What is in it.
#[derive(Clone)]
pub(crate) enum Body {
    Parts(Vec<Node>),
    Octets(Vec<u8>),
}

impl Node {
    /// Reads whole DER with lengths in their shortest form; `None` for anything else.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        match Self::list(der, 0)?.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    fn list(mut der: &[u8], depth: u8) -> Option<Vec<Self>> {
        let mut nodes = Vec::new();
        while let [tag, length, rest @ ..] = der {
            let (length, rest) = match *length {
                short @ 0..=0x7F => (usize::from(short), rest),
                0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
                0x82 => {
                    let (two, rest) = rest.split_first_chunk::<2>()?;
                    (usize::from(u16::from_be_bytes(*two)), rest)
                }
                _ => return None,
            };
            let (content, after) = rest.split_at_checked(length)?;
            // An extension's value is DER inside octets: its parts can be changed as well.
            let holds_parts = tag & 0x20 != 0 || (*tag == 0x04 && content.len() > 2);
            let parts = (holds_parts && depth < 16)
                .then(|| Self::list(content, depth + 1))
                .flatten();
            let body = match parts {
                Some(parts) => Body::Parts(parts),
                None if tag & 0x20 != 0 => return None,
                None => Body::Octets(content.to_vec()),
            };
            nodes.push(Self {
                tag: *tag,
                body,
                long: false,
            });
            der = after;
        }
        der.is_empty().then_some(nodes)
    }

    /// The object as bytes.
    pub(crate) fn write(&self) -> Vec<u8> {
        let content = self.content();
        let [.., high, low] = content.len().to_be_bytes();
        let mut out = match (content.len(), self.long) {
            (0..=0x7F, false) => vec![self.tag, low],
            (0..=0x7F, true) | (0x80..=0xFF, false) => vec![self.tag, 0x81, low],
            (0x80..=0xFF, true) | (_, false) => vec![self.tag, 0x82, high, low],
            (_, true) => vec![self.tag, 0x83, 0, high, low],
        };
        out.extend(content);
        out
    }

    /// What is between its header and its end.
    pub(crate) fn content(&self) -> Vec<u8> {
        match &self.body {
            Body::Parts(parts) => parts.iter().flat_map(Self::write).collect(),
            Body::Octets(octets) => octets.clone(),
        }
    }

    /// Its parts, none when it is primitive.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.body {
            Body::Parts(parts) => parts,
            Body::Octets(_) => &[],
        }
    }

    /// Whether a length takes more octets than it needs; what octets hold is not looked at, since not everybody reads it.
    pub(crate) fn has_long_length(&self) -> bool {
        self.long || self.tag != 0x04 && self.parts().iter().any(Self::has_long_length)
    }

    /// The part at a place.
    pub(crate) fn part(&self, index: usize) -> Option<&Self> {
        self.parts().get(index)
    }

    fn count(&self) -> usize {
        1 + self.parts().iter().map(Self::count).sum::<usize>()
    }

    /// The list that the object number `index` (from 1, depth first) is in, and its place there.
    fn place(&mut self, index: &mut usize) -> Option<(&mut Vec<Self>, usize)> {
        let Body::Parts(parts) = &mut self.body else {
            return None;
        };
        for at in 0..parts.len() {
            if *index == 0 {
                return Some((parts, at));
            }
            *index -= 1;
            let inside = parts.get(at).map_or(0, Self::count) - 1;
            if *index < inside {
                return parts.get_mut(at)?.place(index);
            }
            *index -= inside;
        }
        None
    }

    /// The number by which a change finds the part at the end of a path.
    pub(crate) fn number(&self, path: &[usize]) -> Option<u8> {
        let (mut node, mut number) = (self, 0);
        for (depth, at) in path.iter().enumerate() {
            let before = node.parts().iter().take(*at).map(Self::count);
            number += before.sum::<usize>() + usize::from(depth > 0);
            node = node.part(*at)?;
        }
        u8::try_from(number).ok()
    }

    fn find(&self, index: usize) -> Option<Self> {
        let mut copy = self.clone();
        let mut index = index;
        let (list, at) = copy.place(&mut index)?;
        list.get(at).cloned()
    }
}

/// Most changes that one input asks for.
const MAX_CHANGES: usize = 12;

/// Most octets of a changed structure.
const MAX_SIZE: usize = 16 * 1024;

/// Applies the changes that `input` asks for: each is a kind, the number of an object, and what the kind wants.
/// `known` are pieces that chance would not find.
pub(crate) fn change(root: &mut Node, mut input: &[u8], known: &[Vec<u8>]) {
    for _ in 0..MAX_CHANGES {
        let Some((&[kind, number], rest)) = input.split_first_chunk::<2>() else {
            return;
        };
        input = rest;
        let below = root.count() - 1;
        if below == 0 || root.content().len() > MAX_SIZE {
            return;
        }
        apply(root, kind, usize::from(number) % below, &mut input, known);
    }
}

fn apply(root: &mut Node, kind: u8, number: usize, input: &mut &[u8], known: &[Vec<u8>]) {
    let mut octet = || {
        let (first, rest) = input.split_first().unwrap_or((&0, &[]));
        *input = rest;
        *first
    };
    // The high bit of the kind: behind the object instead of before it, so that a list can grow at its end.
    let behind = usize::from(kind >= 0x80);
    let kind = kind % 12;
    let first = octet();
    let inserted = match kind {
        3 => root.find(number),
        4 => root.find(usize::from(first) % (root.count() - 1)),
        5 | 6 if !known.is_empty() => known
            .get(usize::from(first) % known.len())
            .and_then(|der| Node::read(der)),
        _ => None,
    };
    let mut octets = || -> Vec<u8> {
        let length = usize::from(octet() % 64);
        (0..length).map(|_| octet()).collect()
    };
    let mut index = number;
    let Some((list, at)) = root.place(&mut index) else {
        return;
    };
    match (kind, inserted) {
        (3..=5, Some(node)) => list.insert(at + behind, node),
        (6, Some(node)) => {
            if let Some(place) = list.get_mut(at) {
                *place = node;
            }
        }
        (2, _) => {
            list.remove(at);
        }
        (7, _) if at + 1 < list.len() => list.swap(at, at + 1),
        (8, _) => {
            let body = Body::Octets(octets());
            let node = Node {
                tag: first & !0x20,
                body,
                long: false,
            };
            list.insert(at + behind, node);
        }
        _ => {
            let Some(node) = list.get_mut(at) else {
                return;
            };
            match kind {
                0 => node.body = Body::Octets(octets()),
                1 => node.tag = first,
                9 => node.long = true,
                10 | 11 => flip(node, first, octets().first().copied().unwrap_or(1)),
                _ => {}
            }
        }
    }
}

/// Changes one octet of a primitive object.
fn flip(node: &mut Node, at: u8, with: u8) {
    if let Body::Octets(octets) = &mut node.body {
        let length = octets.len().max(1);
        if let Some(octet) = octets.get_mut(usize::from(at) % length) {
            *octet ^= with;
        }
    }
}
