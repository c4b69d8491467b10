//! The fields of a sealed root key, written and read in order.

use crate::FormatError;

/// Texts name keys and tokens; the longest is the ARN of a KMS key.
const TEXT_BYTES_MAX: usize = 2048;
/// What wraps a key-encryption key in most bytes is a KMS, and it says that 6144 are its most.
const RUN_BYTES_MAX: usize = 6144;

/// What is left to read.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(FormatError::Damaged)?;
        self.0 = rest;
        Ok(*array)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, FormatError> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn number(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_be_bytes)
    }

    /// So many bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FormatError::Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn length(&mut self, most: usize) -> Result<usize, FormatError> {
        let length = self.array().map(u16::from_be_bytes).map(usize::from)?;
        if length > most { Err(FormatError::TooLong) } else { Ok(length) }
    }

    pub(crate) fn run(&mut self) -> Result<Vec<u8>, FormatError> {
        let length = self.length(RUN_BYTES_MAX)?;
        self.bytes(length).map(<[u8]>::to_vec)
    }

    /// A text that may be shown to an operator.
    pub(crate) fn text(&mut self) -> Result<String, FormatError> {
        let length = self.length(TEXT_BYTES_MAX)?;
        let text = str::from_utf8(self.bytes(length)?).map_err(|_| FormatError::Damaged)?;
        if text.chars().any(char::is_control) { Err(FormatError::Damaged) } else { Ok(text.to_owned()) }
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// There must be no more.
    pub(crate) fn end(self) -> Result<(), FormatError> {
        if self.0.is_empty() { Ok(()) } else { Err(FormatError::Damaged) }
    }
}

/// Appends bytes with their length.
pub(crate) fn push_run(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), FormatError> {
    let length = u16::try_from(bytes.len()).map_err(|_| FormatError::TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}
