//! Ids that need not be drawn, because two others are at hand.

/// An id made of two: as random as the more random of them, and the same whenever it is made again.
pub(crate) fn mixed_id(one: &[u8; 16], other: &[u8; 16]) -> [u8; 16] {
    let mut id = *one;
    for (byte, other) in id.iter_mut().zip(other) {
        *byte ^= other;
    }
    // The bits by which a UUID says that it is a random one.
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut id;
    *version = *version & 0x0f | 0x40;
    *variant = *variant & 0x3f | 0x80;
    id
}

#[cfg(test)]
mod tests {
    use terms::EventId;

    use super::*;

    #[test]
    fn a_mixed_id_is_neither_of_the_two_and_looks_random() {
        let [one, other] = [[0x4a; 16], [0xb7; 16]];
        let mixed = mixed_id(&one, &other);
        assert_eq!(EventId::from_bytes(mixed).to_string(), "fdfdfdfd-fdfd-4dfd-bdfd-fdfdfdfdfdfd");
        assert_eq!(mixed, mixed_id(&other, &one));
    }
}
