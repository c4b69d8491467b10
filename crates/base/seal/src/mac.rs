//! What KMS's GenerateMac and VerifyMac do: HMAC under a key of the room `kms`.
//!
//! The MAC key is derived from the key's material, as long as a block of the algorithm's hash. Its label names the
//! algorithm, so that one material serves several without their keys being related.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::{KeyMaterial, SealError};

/// The most bytes that a block of the hashes has.
const MOST_BLOCK_BYTES: usize = 128;

/// The algorithms of `MacAlgorithmSpec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    HmacSha224,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

pub fn generate_mac(key: &KeyMaterial, algorithm: MacAlgorithm, message: &[u8]) -> Result<Vec<u8>, SealError> {
    Ok(hmac::sign(&mac_key(key, algorithm)?, message).as_ref().to_vec())
}

/// Takes the same time wherever a MAC is wrong. One that is cut short is wrong.
pub fn verify_mac(key: &KeyMaterial, algorithm: MacAlgorithm, message: &[u8], mac: &[u8]) -> bool {
    mac_key(key, algorithm).is_ok_and(|key| hmac::verify(&key, message, mac).is_ok())
}

fn mac_key(key: &KeyMaterial, algorithm: MacAlgorithm) -> Result<hmac::Key, SealError> {
    let mut room = Zeroizing::new([0; MOST_BLOCK_BYTES]);
    let hash = algorithm.hash();
    let bytes = room.get_mut(..hash.digest_algorithm().block_len()).ok_or(SealError)?;
    key.derive_bytes(algorithm.label(), &[], bytes)?;
    Ok(hmac::Key::new(hash, bytes))
}

impl MacAlgorithm {
    fn hash(self) -> hmac::Algorithm {
        match self {
            Self::HmacSha224 => hmac::HMAC_SHA224,
            Self::HmacSha256 => hmac::HMAC_SHA256,
            Self::HmacSha384 => hmac::HMAC_SHA384,
            Self::HmacSha512 => hmac::HMAC_SHA512,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::HmacSha224 => "keepwell mac HMAC_SHA_224",
            Self::HmacSha256 => "keepwell mac HMAC_SHA_256",
            Self::HmacSha384 => "keepwell mac HMAC_SHA_384",
            Self::HmacSha512 => "keepwell mac HMAC_SHA_512",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::any, prop_assert, proptest, sample::select};

    use super::*;
    use crate::testing::{hex, key};

    const ALL: [MacAlgorithm; 4] =
        [MacAlgorithm::HmacSha224, MacAlgorithm::HmacSha256, MacAlgorithm::HmacSha384, MacAlgorithm::HmacSha512];

    fn mac(algorithm: MacAlgorithm) -> Vec<u8> {
        generate_mac(&key(1), algorithm, b"correct horse").unwrap()
    }

    #[test]
    fn the_keys_and_the_macs_do_not_change_unnoticed() {
        // Computed from the documentation by a Python program with the package `cryptography` and Python's `hmac`.
        let expected = [
            "86af7625802e64def8788b5e9f4b39dc6d293435ace7e3d92deff166",
            "2423206390c1a9e99f0eb7b0ac422915a61c45bd4133cb9d53c6afb8ce515745",
            "89115b1f71ce43953b505a7787caeb75a776a70db80a205163354ea85a6a68865ead56a7316ad31a082de81bca29475a",
            "c7b3de70517f6fcfb6ac8465c1dcf83ccb4247c190550fdf410cd8841972737e6041acfb21170ec92e558dca7c9212799a2783a8a9c91ea2db852d97e23ecab0",
        ];
        assert_eq!(ALL.map(|algorithm| hex(&mac(algorithm))), expected);
    }

    #[test]
    fn every_changed_bit_of_a_mac_is_refused() {
        for algorithm in ALL {
            let genuine = mac(algorithm);
            assert!(verify_mac(&key(1), algorithm, b"correct horse", &genuine));
            for position in 0..genuine.len() {
                for bit in 0..8 {
                    let mut bytes = genuine.clone();
                    bytes[position] ^= 1 << bit;
                    assert!(!verify_mac(&key(1), algorithm, b"correct horse", &bytes), "bit {bit} of byte {position}");
                }
            }
        }
    }

    #[test]
    fn every_cut_or_extended_mac_is_refused() {
        for algorithm in ALL {
            let mut bytes = mac(algorithm);
            for length in 0..bytes.len() {
                assert!(!verify_mac(&key(1), algorithm, b"correct horse", &bytes[..length]), "{length} bytes");
            }
            bytes.push(0);
            assert!(!verify_mac(&key(1), algorithm, b"correct horse", &bytes));
        }
    }

    #[test]
    fn a_mac_is_good_only_for_its_key_algorithm_and_message() {
        for algorithm in ALL {
            let genuine = mac(algorithm);
            assert!(!verify_mac(&key(2), algorithm, b"correct horse", &genuine));
            assert!(!verify_mac(&key(1), algorithm, b"correct horsf", &genuine));
            for other in ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(!verify_mac(&key(1), other, b"correct horse", &genuine));
                // Nor cut or filled up to the length of the other.
                let mut bytes = genuine.clone();
                bytes.resize(mac(other).len(), 0);
                assert!(!verify_mac(&key(1), other, b"correct horse", &bytes));
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_generated_verifies_and_other_bytes_do_not(
            algorithm in select(ALL.as_slice()),
            message in vec(any::<u8>(), 0..5000),
            other in vec(any::<u8>(), 0..80),
        ) {
            let genuine = generate_mac(&key(1), algorithm, &message).unwrap();
            prop_assert!(verify_mac(&key(1), algorithm, &message, &genuine));
            prop_assert!(!verify_mac(&key(1), algorithm, &message, &other));
        }
    }
}
