//! Names of keys' materials.

pub(crate) const KEY_REF_LENGTH: usize = 20;

/// Which key, and which of its materials: a rotation gives the key another, and what was sealed before keeps its own.
///
/// It is no secret, and rests in the clear: `key | material`, the number in four big-endian bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyRef {
    pub key: [u8; 16],
    /// Counted from 1.
    pub material: u32,
}

impl KeyRef {
    pub(crate) fn append_to(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.key);
        bytes.extend_from_slice(&self.material.to_be_bytes());
    }

    /// The name that the bytes begin with, and what follows it.
    pub(crate) fn split_from(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (key, rest) = bytes.split_first_chunk()?;
        let (material, rest) = rest.split_first_chunk()?;
        Some((Self { key: *key, material: u32::from_be_bytes(*material) }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written() {
        let which = KeyRef { key: *b"sixteen byte id.", material: 0x0102_0304 };
        let mut bytes = Vec::new();
        which.append_to(&mut bytes);
        assert_eq!(bytes, b"sixteen byte id.\x01\x02\x03\x04");
        assert_eq!(bytes.len(), KEY_REF_LENGTH);
        bytes.extend_from_slice(b"rest");
        assert_eq!(KeyRef::split_from(&bytes), Some((which, b"rest".as_slice())));
        assert_eq!(KeyRef::split_from(&bytes[..19]), None);
    }
}
