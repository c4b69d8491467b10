//! TLS as secrets ask for it.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{document::SecretDocument, settings::RotatorSettingsError};

/// What rotators trust.
pub(crate) struct Tls {
    pub(crate) config: Arc<ClientConfig>,
    /// The same certificates, for a driver that builds its own configuration.
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

/// One way of connecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Tls,
    Plain,
}

impl Tls {
    /// What the machine trusts, and the operator's own.
    pub(crate) fn load(ca_bundle: Option<&Path>) -> Result<Self, RotatorSettingsError> {
        // A machine without certificates trusts nobody, which is told when somebody connects.
        let mut roots = rustls_native_certs::load_native_certs().certs;
        if let Some(path) = ca_bundle {
            let unreadable =
                |error: &dyn std::fmt::Display| RotatorSettingsError::CaBundle(format!("{}: {error}", path.display()));
            let own: Result<Vec<_>, _> =
                CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?.collect();
            let own = own.map_err(|error| unreadable(&error))?;
            if own.is_empty() {
                return Err(unreadable(&"it holds no certificate"));
            }
            roots.extend(own);
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| RotatorSettingsError::CaBundle(error.to_string()))?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), roots })
    }
}

/// In which ways to connect, one after the other, by the key `ssl` as AWS's functions read it: with TLS alone, without, or
/// with TLS first where nothing is said.
pub(crate) fn channels(document: &SecretDocument, requires_tls: bool) -> &'static [Channel] {
    match document.flag("ssl") {
        _ if requires_tls => &[Channel::Tls],
        Some(true) => &[Channel::Tls],
        Some(false) => &[Channel::Plain],
        None => &[Channel::Tls, Channel::Plain],
    }
}

#[cfg(test)]
mod tests {
    use terms::SecretBytes;

    use super::*;

    fn channels_of(text: &str, requires_tls: bool) -> &'static [Channel] {
        channels(&SecretDocument::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap(), requires_tls)
    }

    #[test]
    fn the_key_ssl_is_read_as_awss_functions_read_it() {
        let both = [Channel::Tls, Channel::Plain];
        assert_eq!(channels_of("{}", false), both);
        assert_eq!(channels_of(r#"{"ssl": "perhaps"}"#, false), both);
        assert_eq!(channels_of(r#"{"ssl": 1}"#, false), both);
        assert_eq!(channels_of(r#"{"ssl": "TRUE"}"#, false), [Channel::Tls]);
        assert_eq!(channels_of(r#"{"ssl": true}"#, false), [Channel::Tls]);
        assert_eq!(channels_of(r#"{"ssl": "false"}"#, false), [Channel::Plain]);
    }

    #[test]
    fn an_operator_may_demand_it() {
        for text in ["{}", r#"{"ssl": false}"#, r#"{"ssl": true}"#] {
            assert_eq!(channels_of(text, true), [Channel::Tls], "{text}");
        }
    }

    #[test]
    fn a_bundle_that_is_not_there_or_empty_is_told() {
        let none = Tls::load(Some(Path::new("/nonexistent/ca.pem"))).err().unwrap();
        assert!(none.to_string().contains("/nonexistent/ca.pem"));
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "nothing").unwrap();
        assert!(Tls::load(Some(&empty)).is_err());
        assert!(Tls::load(None).is_ok());
    }
}
