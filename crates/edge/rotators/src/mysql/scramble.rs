//! What a client answers to a server's challenge, by the plugin that the account logs in with.

use aws_lc_rs::{
    digest::{Algorithm, Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest},
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use curve25519_dalek::{EdwardsPoint, Scalar, scalar::clamp_integer};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use terms::SecretBytes;
use zeroize::Zeroizing;

/// `SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password)))`
pub(super) fn native(password: &SecretBytes, challenge: &[u8]) -> Vec<u8> {
    let once = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.expose());
    let twice = digest(&SHA1_FOR_LEGACY_USE_ONLY, once.as_ref());
    answer(password, &once, &of(&SHA1_FOR_LEGACY_USE_ONLY, &[challenge, twice.as_ref()]))
}

/// `SHA256(password) XOR SHA256(SHA256(SHA256(password)) + challenge)`
pub(super) fn caching_sha2(password: &SecretBytes, challenge: &[u8]) -> Vec<u8> {
    let once = digest(&SHA256, password.expose());
    let twice = digest(&SHA256, once.as_ref());
    answer(password, &once, &of(&SHA256, &[twice.as_ref(), challenge]))
}

/// A signature of the challenge, by RFC 8032, whose secret is the password itself.
pub(super) fn ed25519(password: &SecretBytes, challenge: &[u8]) -> Vec<u8> {
    let hashed = digest(&SHA512, password.expose());
    let (secret, prefix) = hashed.as_ref().split_at(hashed.as_ref().len() / 2);
    let secret = secret.first_chunk::<32>().copied().unwrap_or_default();
    let secret = Scalar::from_bytes_mod_order(clamp_integer(secret));
    let public = EdwardsPoint::mul_base(&secret).compress();
    let nonce = scalar(&of(&SHA512, &[prefix, challenge]));
    let commitment = EdwardsPoint::mul_base(&nonce).compress();
    let asked = scalar(&of(&SHA512, &[commitment.as_bytes(), public.as_bytes(), challenge]));
    [*commitment.as_bytes(), (nonce + asked * secret).to_bytes()].concat()
}

/// The password for the server's public key, hidden by the challenge as well. None if that is no such key.
pub(super) fn sealed(password: &SecretBytes, challenge: &[u8], public_key: &[u8]) -> Option<Vec<u8>> {
    let key = SubjectPublicKeyInfoDer::from_pem_slice(public_key).ok()?;
    let key = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&key).ok()?).ok()?;
    let mut hidden = ended(password);
    hidden.iter_mut().zip(challenge.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    let mut sealed = vec![0; key.ciphertext_size()];
    Some(key.encrypt(&OAEP_SHA1_MGF1SHA1, &hidden, &mut sealed, None).ok()?.to_vec())
}

/// As it is sent where nobody can listen.
pub(super) fn ended(password: &SecretBytes) -> Zeroizing<Vec<u8>> {
    let mut ended = Zeroizing::new(Vec::with_capacity(password.len() + 1));
    ended.extend_from_slice(password.expose());
    ended.push(0);
    ended
}

fn of(algorithm: &'static Algorithm, parts: &[&[u8]]) -> Digest {
    digest(algorithm, &Zeroizing::new(parts.concat()))
}

fn scalar(digest: &Digest) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&digest.as_ref().first_chunk::<64>().copied().unwrap_or([0; 64]))
}

/// Who has no password says nothing.
fn answer(password: &SecretBytes, hashed: &Digest, mask: &Digest) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    hashed.as_ref().iter().zip(mask.as_ref()).map(|(byte, mask)| byte ^ mask).collect()
}
