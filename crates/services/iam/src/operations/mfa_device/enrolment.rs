//! What an authenticator app is set up with: the seed as text, and as a picture that it can read.

use qrcode::{Color, EcLevel, QrCode};
use terms::SecretBytes;
use zeroize::Zeroizing;

use crate::error::Error;

/// White around the picture, in modules: readers need it.
const QUIET_MODULES: usize = 4;
const PIXELS_PER_MODULE: usize = 4;
const WHITE: u8 = 0xff;

/// The seed in base32. A seed of forty bytes needs no padding.
pub(super) fn base32(seed: &SecretBytes) -> SecretBytes {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = Vec::with_capacity(seed.len().div_ceil(5).saturating_mul(8));
    for group in seed.expose().chunks(5) {
        let mut bits = Zeroizing::new([0; 8]);
        for (to, from) in bits.iter_mut().skip(3).zip(group) {
            *to = *from;
        }
        let bits = u64::from_be_bytes(*bits);
        let digits = (group.len() * 8).div_ceil(5);
        let letters =
            (0..digits).map(|digit| ALPHABET.get(usize::try_from(bits >> (35 - digit * 5) & 31).unwrap_or(0)));
        text.extend(letters.flatten());
    }
    SecretBytes::new(text)
}

/// A picture of `otpauth://totp/device@account?secret=…`, which apps scan.
pub(super) fn qr_code(device: &str, account: &str, base32_seed: &SecretBytes) -> Result<SecretBytes, Error> {
    let failed = |_| Error::Internal("a seed does not fit into a picture".to_owned());
    let seed = Zeroizing::new(base32_seed.expose().to_vec());
    let mut link = Zeroizing::new(format!("otpauth://totp/{}@{account}?secret=", escaped(device)).into_bytes());
    link.reserve_exact(seed.len());
    link.extend_from_slice(&seed);
    let code = QrCode::with_error_correction_level(link.as_slice(), EcLevel::M).map_err(failed)?;
    png_of(&code).map_err(|error| Error::Internal(format!("a picture could not be drawn: {error}")))
}

/// What of a device's name means something else in a link.
fn escaped(device: &str) -> String {
    device.replace('+', "%2B").replace('=', "%3D").replace(',', "%2C").replace('@', "%40")
}

fn png_of(code: &QrCode) -> Result<SecretBytes, png::EncodingError> {
    let modules = code.width();
    let pixels = modules.saturating_add(QUIET_MODULES * 2).saturating_mul(PIXELS_PER_MODULE);
    let module_at = |pixel: usize| (pixel / PIXELS_PER_MODULE).checked_sub(QUIET_MODULES).filter(|at| *at < modules);
    let is_dark = |x, y| matches!((module_at(x), module_at(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark);
    let shades = (0..pixels).flat_map(|y| (0..pixels).map(move |x| if is_dark(x, y) { 0 } else { WHITE }));
    let shades: Zeroizing<Vec<u8>> = Zeroizing::new(shades.collect());

    let mut picture = Zeroizing::new(Vec::with_capacity(shades.len()));
    let side = u32::try_from(pixels).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut *picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&shades)?;
    writer.finish()?;
    Ok(SecretBytes::copy_of(&picture))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(secret: &SecretBytes) -> String {
        String::from_utf8(secret.expose().to_vec()).unwrap()
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        // RFC 4648, section 10, without padding.
        for (plain, coded) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(text(&base32(&SecretBytes::copy_of(plain.as_bytes()))), coded);
        }
        assert_eq!(base32(&SecretBytes::new(vec![7; 40])).len(), 64);
    }

    #[test]
    fn the_picture_holds_the_seed_and_has_a_quiet_border() {
        let seed = base32(&SecretBytes::new(vec![9; 40]));
        let picture = qr_code("phone+1", "123456789012", &seed).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture.expose())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let side = usize::try_from(info.width).unwrap();

        let link = format!("otpauth://totp/phone%2B1@123456789012?secret={}", text(&seed));
        let expected = QrCode::with_error_correction_level(link.as_bytes(), EcLevel::M).unwrap();
        assert_eq!(side, (expected.width() + 2 * QUIET_MODULES) * PIXELS_PER_MODULE);
        let shade = |x: usize, y: usize| pixels[y * side * pixels.len() / (side * side) + x];
        for y in 0..expected.width() {
            for x in 0..expected.width() {
                let middle = |module: usize| (module + QUIET_MODULES) * PIXELS_PER_MODULE + 1;
                assert_eq!(shade(middle(x), middle(y)) == 0, expected[(x, y)] == Color::Dark, "{x} {y}");
            }
        }
        let quiet = QUIET_MODULES * PIXELS_PER_MODULE;
        assert!((0..side).all(|at| (0..quiet).all(|edge| shade(at, edge) == WHITE && shade(edge, at) == WHITE)));
    }
}
