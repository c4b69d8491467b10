//! What is sealed in every way there is.

use std::sync::atomic::{AtomicU64, Ordering};

use keepwell_seal::{
    CiphertextBlob, KeyMaterial, KeyRef, SealContext, SealedValue, ValueKind, decrypt, encrypt, open_token, open_value,
    rewrap_value, seal_token, seal_value, unwrap, wrap,
};
use terms::{Entropy, SecretBytes};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    WrappedKey,
    Value,
    Ciphertext,
    Token,
}

const FORMATS: [Format; 4] = [Format::WrappedKey, Format::Value, Format::Ciphertext, Format::Token];
const NUMBERS: [u8; 2] = [1, 2];

/// With what something is opened. The numbers stand for one of two each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) format: Format,
    pub(crate) key: u8,
    pub(crate) material: u32,
    pub(crate) context: u8,
}

/// Something sealed, and all the ways that open it.
pub(crate) struct Specimen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) ways: Vec<Way>,
}

impl Way {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let numbers = || NUMBERS.into_iter();
        FORMATS.into_iter().flat_map(move |format| {
            numbers().flat_map(move |key| {
                numbers().flat_map(move |material| {
                    numbers().map(move |context| Self { format, key, material: material.into(), context })
                })
            })
        })
    }

    fn which(self) -> KeyRef {
        KeyRef { key: [self.key; 16], material: self.material }
    }

    /// The two contexts differ in one pair of two.
    fn pairs(self) -> [(&'static str, &'static str); 2] {
        [("account", "000000000000"), ("key", if self.context == 1 { "a" } else { "b" })]
    }

    fn place(self) -> SealContext<'static> {
        let [(_, secret_arn), (_, version_id)] = self.pairs();
        SealContext { secret_arn, version_id }
    }

    fn binding(self) -> &'static [u8] {
        self.pairs()[1].1.as_bytes()
    }

    /// Each material has its own bytes.
    fn held(self) -> KeyMaterial {
        key(16 * self.key + u8::try_from(self.material).unwrap())
    }

    fn seal(self, content: &[u8; 32], kind: ValueKind, entropy: &Numbers) -> Vec<u8> {
        let (which, held) = (self.which(), self.held());
        match self.format {
            Format::WrappedKey => {
                let inner = KeyMaterial::from_bytes(&SecretBytes::copy_of(content)).unwrap();
                wrap(&held, &inner, &self.pairs(), entropy).unwrap().into_bytes()
            }
            Format::Value => {
                let value = SecretBytes::copy_of(content);
                seal_value((which, &held), self.place(), kind, &value, entropy).unwrap().as_bytes().to_vec()
            }
            Format::Ciphertext => encrypt((which, &held), &self.pairs(), content, entropy).unwrap(),
            Format::Token => seal_token(&held, self.binding(), content, entropy).unwrap(),
        }
    }

    /// Opens with the material of this way whatever the bytes say which it is.
    pub(crate) fn open(self, bytes: &[u8]) -> Option<Opened> {
        let held = self.held();
        let of_all = |content: &[u8]| Opened { content: content.to_vec(), seen: bytes.to_vec() };
        match self.format {
            Format::WrappedKey => unwrap(&held, bytes, &self.pairs()).ok().map(|key| of_all(key.expose())),
            Format::Value => {
                let sealed = SealedValue::from_stored(bytes).ok()?;
                sealed.wraps().zip(0..).find_map(|(which, place)| {
                    let (_, value) = open_value(which, &held, self.place(), &sealed).ok()?;
                    Some(Opened { content: value.expose().to_vec(), seen: seen_by_wrap(bytes, place) })
                })
            }
            Format::Ciphertext => {
                let blob = CiphertextBlob::parse(bytes).ok()?;
                decrypt(&held, &self.pairs(), &blob).ok().map(|plaintext| of_all(plaintext.expose()))
            }
            Format::Token => open_token(&held, self.binding(), bytes).ok().map(|content| of_all(content.expose())),
        }
    }
}

/// What was opened, and what of the bytes was looked at for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) content: Vec<u8>,
    seen: Vec<u8>,
}

/// All of a value, but for the wraps under other keys and their count.
fn seen_by_wrap(bytes: &[u8], place: usize) -> Vec<u8> {
    const HEAD: usize = 3;
    const WRAP: usize = 96;
    let (wraps, tail) = bytes[HEAD..].split_at(usize::from(bytes[2]) * WRAP);
    [&bytes[..2], &wraps[place * WRAP..][..WRAP], tail].concat()
}

impl Specimen {
    /// For each way two of each kind, and values that were wrapped for a second key and for a third.
    pub(crate) fn all() -> Vec<Self> {
        let entropy = Numbers::from(0);
        let mut all = Vec::new();
        for (serial, way) in (0_u8..).zip(Way::all().chain(Way::all())) {
            let kind = if serial < 32 { ValueKind::String } else { ValueKind::Binary };
            let content = [serial; 32];
            let specimen =
                Self { bytes: way.seal(&content, kind, &entropy), content: content.to_vec(), ways: vec![way] };
            all.extend(specimen.rewrapped(&entropy));
            all.push(specimen);
        }
        all
    }

    fn rewrapped(&self, entropy: &Numbers) -> Option<Self> {
        let way = self.ways[0];
        let new = Way { key: 3 - way.key, ..way };
        let third = (KeyRef { key: [9; 16], material: 1 }, &key(9));
        let sealed = SealedValue::from_stored(self.bytes.as_slice()).ok().filter(|_| way.format == Format::Value)?;
        let (old, new_key) = ((way.which(), &way.held()), (new.which(), &new.held()));
        let sealed = rewrap_value(old, third, way.place(), &sealed, entropy).unwrap();
        let sealed = rewrap_value(old, new_key, way.place(), &sealed, entropy).unwrap();
        Some(Self { bytes: sealed.as_bytes().to_vec(), content: self.content.clone(), ways: vec![new, way] })
    }
}

pub(crate) fn key(byte: u8) -> KeyMaterial {
    KeyMaterial::from_bytes(&SecretBytes::new(vec![byte; 32])).unwrap()
}

/// Eight bytes of each number in turn, so that no two salts are equal.
pub(crate) struct Numbers(AtomicU64);

impl Numbers {
    pub(crate) fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl Entropy for Numbers {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&number[8 - chunk.len()..]);
        }
    }
}
