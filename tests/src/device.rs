//! A virtual MFA device in somebody's pocket: RFC 6238, from the seed that its making told.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{house::House, letters::Persona};

const STEP_MS: i64 = 30_000;

#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) serial_number: String,
    seed: Vec<u8>,
}

impl Device {
    /// What it shows this many steps from now.
    pub(crate) fn code(&self, house: &House, steps: i64) -> String {
        let step = house.clock_ms() / STEP_MS + steps;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let mac = hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let at = usize::from(mac[19] & 0xf);
        let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

impl Persona<'_> {
    /// A device that nobody has yet.
    pub(crate) async fn device(self, name: &str) -> Device {
        let answer = self.iam("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).await;
        answer.is_success();
        let seed = base32(&STANDARD.decode(answer.element("Base32StringSeed")).unwrap());
        Device { serial_number: answer.element("SerialNumber"), seed }
    }

    pub(crate) async fn give_device(self, user: &str, device: &Device) {
        let codes = [device.code(self.house, -1), device.code(self.house, 0)];
        let parameters = [
            ("UserName", user),
            ("SerialNumber", &*device.serial_number),
            ("AuthenticationCode1", &*codes[0]),
            ("AuthenticationCode2", &*codes[1]),
        ];
        self.iam("EnableMFADevice", &parameters).await.is_success();
    }
}

fn base32(text: &[u8]) -> Vec<u8> {
    let digit = |letter: &u8| match letter {
        b'A'..=b'Z' => u64::from(letter - b'A'),
        _ => u64::from(letter - b'2' + 26),
    };
    let group = |letters: &[u8]| letters.iter().fold(0, |bits, letter| bits << 5 | digit(letter)).to_be_bytes();
    text.chunks_exact(8).flat_map(|letters| group(letters)[3..].to_vec()).collect()
}
