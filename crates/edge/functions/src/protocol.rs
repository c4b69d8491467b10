//! What the server and the host say to each other over their socket.
//!
//! A message is a head in JSON and a body of raw bytes, which is empty for most. Both lengths go before them, in four
//! bytes each, big-endian. Numbers of calls are the server's.

use std::io;

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::host::Description;
use crate::settings::Settings;
use crate::wire::{CallMessage, Digest, Failure, OutputMessage};

/// What either side takes at most. Neither is an enemy of the other; this ends a conversation that has lost its step.
const HEAD_BYTES_MAX: usize = 64 * 1024 * 1024;
const BODY_BYTES_MAX: usize = 512 * 1024 * 1024;

/// From the server.
#[derive(Serialize, Deserialize)]
pub(crate) enum ToHost {
    /// Comes first, and once.
    Settings(Box<Settings>),
    Install {
        call: u64,
        digest: Digest,
    },
    /// The payload is the body.
    Invoke {
        call: u64,
        invocation: Box<CallMessage>,
    },
    /// What `NeedCode` asked for; the archive is the body.
    Code {
        call: u64,
    },
    NoCode {
        call: u64,
        failure: Failure,
    },
    Retire {
        function_arn: String,
    },
    Describe {
        call: u64,
    },
}

/// From the host.
#[derive(Serialize, Deserialize)]
pub(crate) enum FromHost {
    /// The host does not have the code that the call is about.
    NeedCode {
        call: u64,
    },
    Installed {
        call: u64,
        unpacked_bytes: u64,
    },
    /// What the function answered, or the error that it ended with, is the body.
    Ended {
        call: u64,
        answered: bool,
        log_tail: String,
    },
    Failed {
        call: u64,
        failure: Failure,
    },
    Output(OutputMessage),
    Described {
        call: u64,
        description: Box<Description>,
    },
}

/// A message that is ready to be written.
pub(crate) struct Frame {
    head: Zeroizing<Vec<u8>>,
    body: Bytes,
}

impl Frame {
    pub(crate) fn new(message: &impl Serialize, body: Bytes) -> io::Result<Self> {
        Ok(Self { head: Zeroizing::new(serde_json::to_vec(message)?), body })
    }
}

pub(crate) async fn write(writer: &mut (impl AsyncWrite + Unpin), frame: &Frame) -> io::Result<()> {
    writer.write_u32(length(frame.head.len())?).await?;
    writer.write_u32(length(frame.body.len())?).await?;
    writer.write_all(&frame.head).await?;
    writer.write_all(&frame.body).await?;
    writer.flush().await
}

/// None when the other side has gone between two messages.
pub(crate) async fn read<T: DeserializeOwned>(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<(T, Bytes)>> {
    let head_length = match reader.read_u32().await {
        Ok(length) => length,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    let body_length = reader.read_u32().await?;
    let head = Zeroizing::new(read_part(reader, head_length, HEAD_BYTES_MAX).await?);
    let body = read_part(reader, body_length, BODY_BYTES_MAX).await?;
    Ok(Some((serde_json::from_slice(&head)?, body.into())))
}

async fn read_part(reader: &mut (impl AsyncRead + Unpin), length: u32, max: usize) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|length| *length <= max).ok_or(io::ErrorKind::InvalidData)?;
    let mut part = vec![0; length];
    reader.read_exact(&mut part).await?;
    Ok(part)
}

fn length(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(arn in ".{0,50}", body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let frame = Frame::new(&ToHost::Retire { function_arn: arn.clone() }, body.clone().into()).unwrap();
            let mut written = Vec::new();
            block_on(write(&mut written, &frame)).unwrap();
            let (message, read_body) = block_on(read::<ToHost>(&mut written.as_slice())).unwrap().unwrap();
            let is_same = matches!(message, ToHost::Retire { function_arn } if function_arn == arn);
            prop_assert!(is_same);
            prop_assert_eq!(read_body, body);
        }

        #[test]
        fn no_bytes_upset_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            // Lengths that are believed stay small here.
            let bytes = [&[0, 0, 0, 8, 0, 0, 0, 8][..], &bytes].concat();
            drop(block_on(read::<FromHost>(&mut bytes.as_slice())));
        }
    }

    #[test]
    fn the_end_between_messages_is_no_error_and_the_end_within_one_is() {
        assert!(block_on(read::<ToHost>(&mut &[][..])).unwrap().is_none());
        assert!(block_on(read::<ToHost>(&mut &[0, 0, 0, 9, 0, 0, 0, 0, 1][..])).is_err());
        assert!(block_on(read::<ToHost>(&mut &[0xff; 8][..])).is_err());
    }
}
