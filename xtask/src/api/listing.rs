//! What a library's users can rely on, one line each: its public items as `public-api` writes them, and what their text does not say.
//!
//! The lines of the second kind begin with a word:
//!
//! - `auto:` a type that is not everywhere `Send`, `Sync`, `Unpin`, `UnwindSafe` or `RefUnwindSafe`;
//! - `braces:` a variant with named fields;
//! - `dyn:` a trait that can be used behind `dyn`;
//! - `number 0:` a variant or a field whose place counts: of an enum that `as` makes a number of, or where `PartialOrd` is derived, or the
//!   representation is C's;
//! - `provided:` an item of a trait that who implements it may leave out;
//! - `unit:` a struct that is a value by its name alone;
//! - `whole:` a struct that others may write and take apart field by field.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use public_api::{Builder, PublicItem};
use rustdoc_types::{
    Attribute, Crate, GenericParamDefKind, Generics, Id, Impl, Item, ItemEnum, ReprKind,
    StructKind, VariantKind,
};

/// The traits that a type has by what it is made of. Rustdoc lists others too, which no stable program can name.
const AUTO: &[&str] = &["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

/// The lines of one description that rustdoc wrote.
pub(super) fn lines(json: &Path) -> Result<Vec<String>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", json.display());
    let items = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(false)
        .omit_auto_derived_impls(false)
        .build()
        .map_err(|error| failed(&error))?;
    let text = std::fs::read_to_string(json).map_err(|error| failed(&error))?;
    let krate: Crate = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let told = Told::new(&krate);
    let mut lines: Vec<_> = items.items().flat_map(|item| told.lines(item)).collect();
    lines.sort();
    lines.dedup();
    Ok(lines)
}

/// An item's own path in its line: what follows the attributes and the words before it.
pub(super) fn path(line: &str) -> &str {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let rest = bare(line);
    let rest = rest.strip_prefix("pub ").unwrap_or(rest);
    let word = rest.split(' ').find(|word| word.contains("::"));
    let word = word.unwrap_or_default();
    let end = word.find(|c| !is_path(c)).unwrap_or(word.len());
    word.get(..end).unwrap_or_default().trim_end_matches(':')
}

/// A line without the attributes before it.
pub(super) fn bare(line: &str) -> &str {
    let mut rest = line;
    while let Some((_, after)) = rest
        .strip_prefix("#[")
        .and_then(|inner| inner.split_once("] "))
    {
        rest = after;
    }
    rest
}

/// What the description says of some items besides what they look like.
struct Told<'c> {
    krate: &'c Crate,
    /// Where a variant or a field stands, if that counts.
    places: HashMap<Id, usize>,
    provided: HashSet<Id>,
}

impl<'c> Told<'c> {
    fn new(krate: &'c Crate) -> Self {
        let mut told = Self {
            krate,
            places: HashMap::new(),
            provided: HashSet::new(),
        };
        for item in krate.index.values() {
            match &item.inner {
                ItemEnum::Enum(of) => {
                    let numbers = of.variants.iter().all(|id| told.is_fieldless(id));
                    if numbers || told.orders(&of.impls) || is_c(item) {
                        told.count(&of.variants);
                    }
                }
                ItemEnum::Struct(of) => {
                    if let StructKind::Plain { fields, .. } = &of.kind
                        && (told.orders(&of.impls) || is_c(item))
                    {
                        told.count(fields);
                    }
                }
                ItemEnum::Trait(of) => {
                    let provided = of.items.iter().filter(|id| told.has_default(id));
                    told.provided.extend(provided.copied().collect::<Vec<_>>());
                }
                _ => {}
            }
        }
        told
    }

    fn count(&mut self, ids: &[Id]) {
        let places = ids.iter().enumerate().map(|(place, id)| (*id, place));
        self.places.extend(places);
    }

    fn inner(&self, id: &Id) -> Option<&'c ItemEnum> {
        self.krate.index.get(id).map(|item| &item.inner)
    }

    fn is_fieldless(&self, id: &Id) -> bool {
        let Some(ItemEnum::Variant(of)) = self.inner(id) else {
            return false;
        };
        match &of.kind {
            VariantKind::Plain => true,
            VariantKind::Tuple(fields) => fields.is_empty(),
            VariantKind::Struct {
                fields,
                has_stripped_fields,
            } => fields.is_empty() && !has_stripped_fields,
        }
    }

    /// Whether the order of variants or fields is the order of the values.
    fn orders(&self, impls: &[Id]) -> bool {
        impls
            .iter()
            .filter_map(|id| self.krate.index.get(id))
            .any(|item| {
                let derived = item.attrs.contains(&Attribute::AutomaticallyDerived);
                derived
                    && matches!(&item.inner, ItemEnum::Impl(of) if name(of) == Some("PartialOrd"))
            })
    }

    fn has_default(&self, id: &Id) -> bool {
        match self.inner(id) {
            Some(ItemEnum::Function(of)) => of.has_body,
            Some(ItemEnum::AssocConst { value, .. }) => value.is_some(),
            Some(ItemEnum::AssocType { type_, .. }) => type_.is_some(),
            _ => false,
        }
    }

    fn lines(&self, public: &PublicItem) -> Vec<String> {
        let line = public.to_string();
        let Some(item) = self.krate.index.get(&public.id()) else {
            return vec![line];
        };
        let path = path(&line).to_owned();
        let closed = item.attrs.contains(&Attribute::NonExhaustive);
        let mut lines = Vec::new();
        match &item.inner {
            ItemEnum::Impl(of) if of.is_synthetic => {
                let known = name(of).is_some_and(|name| AUTO.contains(&name));
                if known && (of.is_negative || is_conditional(&of.generics)) {
                    return vec![format!("auto: {line}")];
                }
                return Vec::new();
            }
            ItemEnum::Struct(of) => match &of.kind {
                StructKind::Unit if !closed => lines.push(format!("unit: {path}")),
                StructKind::Plain {
                    has_stripped_fields: false,
                    ..
                } if !closed => lines.push(format!("whole: {path}")),
                _ => {}
            },
            ItemEnum::Variant(of) => {
                if matches!(of.kind, VariantKind::Struct { .. }) {
                    lines.push(format!("braces: {path}"));
                }
            }
            ItemEnum::Trait(of) if of.is_dyn_compatible => lines.push(format!("dyn: {path}")),
            _ => {}
        }
        if let Some(place) = self.places.get(&item.id) {
            lines.push(format!("number {place}: {path}"));
        }
        if self.provided.contains(&item.id) {
            lines.push(format!("provided: {path}"));
        }
        lines.push(line);
        lines
    }
}

/// The last word of the trait that is implemented.
fn name(of: &Impl) -> Option<&str> {
    let path = &of.trait_.as_ref()?.path;
    path.rsplit("::").next()
}

fn is_c(item: &Item) -> bool {
    item.attrs
        .iter()
        .any(|attribute| matches!(attribute, Attribute::Repr(repr) if repr.kind == ReprKind::C))
}

fn is_conditional(generics: &Generics) -> bool {
    let bound = |kind: &GenericParamDefKind| match kind {
        GenericParamDefKind::Type { bounds, .. } => !bounds.is_empty(),
        GenericParamDefKind::Lifetime { .. } | GenericParamDefKind::Const { .. } => false,
    };
    !generics.where_predicates.is_empty()
        || generics
            .params
            .iter()
            .any(|parameter| bound(&parameter.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stands_at(line: &str, expected: &str) {
        assert_eq!(path(line), expected, "{line}");
    }

    #[test]
    fn an_items_path_is_found_behind_whatever_stands_before_it() {
        stands_at("pub fn a::S::f(&self, b::T) -> c::U", "a::S::f");
        stands_at("pub const unsafe extern \"C\" fn a::f::<T>(a::S)", "a::f");
        stands_at("#[non_exhaustive] #[repr(C, u8)] pub enum a::E", "a::E");
        stands_at("pub a::E::Two(u8)", "a::E::Two");
        stands_at("pub a::S::x: core::option::Option<u8>", "a::S::x");
        stands_at("pub type a::T::X: core::marker::Send", "a::T::X");
        stands_at("pub struct a::S<T: b::C>", "a::S");
        stands_at("#[export_name = \"a b\"] pub fn a::f()", "a::f");
        stands_at("pub mod a", "");
    }
}
