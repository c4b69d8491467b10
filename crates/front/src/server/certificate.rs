//! A private CA in a folder, and server certificates from it.
//!
//! For those who have no CA of their own: clients trust `ca.pem`, the server shows `server.pem`. The CA can be used
//! again, so that a new server certificate changes nothing for clients.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use terms::{SecretBytes, Timestamp};

use super::tls::{private_key_pem, provider};

const CA_DAYS: i64 = 3650;
/// The longest that clients accept of a server's certificate (CA/Browser Forum's limit was 398 days).
const SERVER_DAYS: i64 = 397;
/// Clocks differ: a certificate made now must be good on a machine that is late.
const EARLIER_MS: i64 = 3_600_000;

/// What lies in the folder now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// What clients trust.
    pub ca: PathBuf,
    pub ca_key: PathBuf,
    /// The server's certificate and, after it, the CA's.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Whether the CA was made just now: clients have yet to learn of it.
    pub ca_is_new: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("cannot use {}: {source}", file.display())]
    File { file: PathBuf, source: io::Error },
    #[error("{0:?} is neither a DNS name nor an IP address")]
    Name(String),
    #[error("a certificate needs at least one name")]
    NoNames,
    #[error("{} is there but {} is not: a CA is never overwritten, and half of one cannot issue", found.display(), missing.display())]
    HalfCa { found: PathBuf, missing: PathBuf },
    #[error("the CA's key cannot be used: {0}")]
    CaKey(#[from] super::TlsError),
    #[error("{} does not vouch for {name}: {source}; take another folder for a new CA", ca.display())]
    NotVouchedFor { ca: PathBuf, name: String, source: rustls::Error },
    #[error("the certificate cannot be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// Issues a server certificate for `names` (DNS names and IP addresses) into `folder`, from the CA that is there or
/// a new one.
///
/// A new CA may only vouch for `domains` (and what is below them) if any are given; otherwise for any name, so that
/// servers yet to come need no new CA on every client. Either way it cannot make another CA.
///
/// # Errors
/// When a name is none, the folder holds half a CA or one that cannot vouch for the names, or a file cannot be written.
pub fn issue(folder: &Path, names: &[String], domains: &[String], now: Timestamp) -> Result<Issued, CertificateError> {
    let names = parse(names)?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|source| at(folder, source))?;
    let [ca, ca_key, certificate, key] = ["ca.pem", "ca.key", "server.pem", "server.key"].map(|file| folder.join(file));
    let (authority, ca_is_new) = match (ca.exists(), ca_key.exists()) {
        (true, true) => (Authority::read(&ca, &ca_key)?, false),
        (false, false) => (Authority::make(domains, now)?, true),
        (true, false) => return Err(CertificateError::HalfCa { found: ca, missing: ca_key }),
        (false, true) => return Err(CertificateError::HalfCa { found: ca_key, missing: ca }),
    };

    let server_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let leaf = server(&names, now)?.signed_by(&server_key, &authority.issuer)?;
    authority.must_vouch(&ca, leaf.der(), &names, now)?;

    if ca_is_new {
        create(&ca_key, pem_of(authority.issuer.key()).expose(), 0o600)?;
        create(&ca, authority.pem.as_bytes(), 0o644)?;
    }
    // The key first: a server that watches the files meets a pair that does not fit and keeps its old one, then the
    // whole new pair.
    replace(&key, pem_of(&server_key).expose(), 0o600)?;
    replace(&certificate, format!("{}{}", leaf.pem(), authority.pem).as_bytes(), 0o644)?;
    Ok(Issued { ca, ca_key, certificate, key, ca_is_new })
}

/// What a server on this machine is called when nobody says otherwise.
pub fn names_of_this_machine() -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    if let Ok(hostname) = fs::read_to_string("/proc/sys/kernel/hostname") {
        let hostname = hostname.trim();
        if hostname != "localhost" && ServerName::try_from(hostname).is_ok() {
            names.push(hostname.to_owned());
        }
    }
    names.extend([Ipv4Addr::LOCALHOST.to_string(), Ipv6Addr::LOCALHOST.to_string()]);
    names
}

/// A CA that can sign.
struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn make(domains: &[String], now: Timestamp) -> Result<Self, CertificateError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = authority(&key);
        make_valid(&mut params, now, CA_DAYS);
        if !domains.is_empty() {
            let permitted_subtrees = domains.iter().map(|domain| subtree(domain.as_str())).collect::<Result<_, _>>()?;
            params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
        }
        let certificate = params.self_signed(&key)?;
        Ok(Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    fn read(ca: &Path, ca_key: &Path) -> Result<Self, CertificateError> {
        let pem = fs::read_to_string(ca).map_err(|source| at(ca, source))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| super::TlsError::NoCertificate { file: ca.to_owned() })?;
        let key = private_key_pem(ca_key)?;
        let key = std::str::from_utf8(key.expose())
            .map_err(|_| super::TlsError::NoKey { file: ca_key.to_owned() })
            .map(KeyPair::from_pem)??;
        // Its subject follows from its key, so the certificate need not be taken apart for it. That the two belong
        // together is seen when the chain is verified.
        Ok(Self { pem, der, issuer: Issuer::new(authority(&key), key) })
    }

    /// The judge is the verifier that clients run.
    fn must_vouch(
        &self,
        ca: &Path,
        leaf: &CertificateDer<'_>,
        names: &[ServerName<'static>],
        now: Timestamp,
    ) -> Result<(), CertificateError> {
        let refused = |name: &ServerName<'_>, source| CertificateError::NotVouchedFor {
            ca: ca.to_owned(),
            name: name.to_str().into_owned(),
            source,
        };
        for name in names {
            let mut roots = RootCertStore::empty();
            roots.add(self.der.clone()).map_err(|source| refused(name, source))?;
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .map_err(|error| refused(name, rustls::Error::General(error.to_string())))?;
            verifier
                .verify_server_cert(leaf, &[], name, &[], UnixTime::since_unix_epoch(since_epoch(now)))
                .map_err(|source| refused(name, source))?;
        }
        Ok(())
    }
}

/// What a CA with this key says of itself. Two CAs never share a subject, so that a client may trust both.
fn authority(key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    let id: String = params.key_identifier(key).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("keepwell private CA {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server(names: &[ServerName<'static>], now: Timestamp) -> Result<CertificateParams, CertificateError> {
    let texts: Vec<String> = names.iter().map(|name| name.to_str().into_owned()).collect();
    let first = texts.first().cloned().ok_or(CertificateError::NoNames)?;
    let mut params = CertificateParams::new(texts)?;
    params.distinguished_name = DistinguishedName::new();
    // Nobody reads it for a name any more; people do, in listings. X.520 allows it 64 characters.
    params.distinguished_name.push(DnType::CommonName, first.chars().take(64).collect::<String>());
    make_valid(&mut params, now, SERVER_DAYS);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn parse(names: &[String]) -> Result<Vec<ServerName<'static>>, CertificateError> {
    if names.is_empty() {
        return Err(CertificateError::NoNames);
    }
    let name = |name: &String| ServerName::try_from(name.clone()).map_err(|_| CertificateError::Name(name.clone()));
    names.iter().map(name).collect()
}

/// A domain with all below it, or one address.
fn subtree(domain: &str) -> Result<GeneralSubtree, CertificateError> {
    match ServerName::try_from(domain) {
        Ok(ServerName::DnsName(name)) => Ok(GeneralSubtree::DnsName(name.as_ref().to_owned())),
        Ok(ServerName::IpAddress(address)) => Ok(GeneralSubtree::IpAddress(match IpAddr::from(address) {
            IpAddr::V4(address) => rcgen::CidrSubnet::from_v4_prefix(address.octets(), 32),
            IpAddr::V6(address) => rcgen::CidrSubnet::from_v6_prefix(address.octets(), 128),
        })),
        _ => Err(CertificateError::Name(domain.to_owned())),
    }
}

fn pem_of(key: &KeyPair) -> SecretBytes {
    SecretBytes::new(key.serialize_pem().into_bytes())
}

fn since_epoch(now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(now.as_millis()).unwrap_or_default())
}

fn make_valid(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let from = now.plus_millis(-EARLIER_MS);
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(from);
    params.not_after = epoch + since_epoch(from.plus_days(days));
}

/// Fails when the file is there already.
fn create(file: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    opened.and_then(|opened| write(opened, content)).map_err(|source| at(file, source))
}

/// Readers see the old content or the new one, never half of it.
fn replace(file: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // What an earlier attempt left may have another mode.
    match fs::remove_file(&beside) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(at(&beside, source)),
        _ => (),
    }
    create(&beside, content, mode)?;
    fs::rename(&beside, file).map_err(|source| at(file, source))
}

fn write(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

fn at(file: &Path, source: io::Error) -> CertificateError {
    CertificateError::File { file: file.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn only_the_owner_may_read_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/tls");
        let issued = issue(&folder, &names(&["localhost"]), &[], NOW).unwrap();
        let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
        assert_eq!([&issued.ca_key, &issued.key].map(|file| mode(file)), [0o600; 2]);
        assert_eq!([&issued.ca, &issued.certificate].map(|file| mode(file)), [0o644; 2]);
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
    }

    #[test]
    fn the_ca_is_used_again_and_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let first = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap();
        let before = [&first.ca, &first.ca_key, &first.certificate, &first.key].map(|file| fs::read(file).unwrap());
        let second = issue(folder.path(), &names(&["keepwell.example.net", "::1"]), &[], NOW.plus_days(300)).unwrap();
        let after = [&first.ca, &first.ca_key, &first.certificate, &first.key].map(|file| fs::read(file).unwrap());
        assert_eq!((first.ca_is_new, second.ca_is_new), (true, false));
        assert_eq!(before[..2], after[..2]);
        assert_ne!(before[2], after[2]);
        assert_ne!(before[3], after[3]);
    }

    #[test]
    fn the_chain_ends_with_the_ca() {
        let folder = tempfile::tempdir().unwrap();
        let issued = issue(folder.path(), &names_of_this_machine(), &[], NOW).unwrap();
        let ca = fs::read_to_string(issued.ca).unwrap();
        let chain = fs::read_to_string(issued.certificate).unwrap();
        assert!(chain.ends_with(&ca));
        assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    }

    #[test]
    fn half_a_ca_is_left_alone() {
        for kept in ["ca.pem", "ca.key"] {
            let folder = tempfile::tempdir().unwrap();
            let issued = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap();
            fs::remove_file(if kept == "ca.pem" { issued.ca_key } else { issued.ca }).unwrap();
            let before = fs::read(folder.path().join(kept)).unwrap();
            let error = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap_err();
            assert!(matches!(&error, CertificateError::HalfCa { found, .. } if found.ends_with(kept)), "{error}");
            assert_eq!(fs::read(folder.path().join(kept)).unwrap(), before);
        }
    }

    #[test]
    fn a_ca_that_is_not_ours_or_not_its_keys_issues_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let issued = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap();
        let foreign = issue(other.path(), &names(&["localhost"]), &[], NOW).unwrap();
        let server = fs::read(&issued.certificate).unwrap();
        fs::copy(foreign.ca, &issued.ca).unwrap();
        let error = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap_err();
        assert!(matches!(error, CertificateError::NotVouchedFor { .. }), "{error}");
        assert_eq!(fs::read(&issued.certificate).unwrap(), server);
    }

    #[test]
    fn a_ca_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let issued = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap();
        fs::set_permissions(issued.ca_key, fs::Permissions::from_mode(0o604)).unwrap();
        let error = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap_err();
        assert!(error.to_string().contains("can be read by others"), "{error}");
    }

    #[test]
    fn a_ca_for_some_domains_vouches_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let domains = names(&["corp.example", "10.0.0.7"]);
        for good in [&["corp.example"][..], &["a.b.corp.example", "10.0.0.7"]] {
            issue(folder.path(), &names(good), &domains, NOW).unwrap();
        }
        for bad in ["example", "notcorp.example", "localhost", "10.0.0.8"] {
            let error = issue(folder.path(), &names(&["corp.example", bad]), &domains, NOW).unwrap_err();
            assert!(matches!(error, CertificateError::NotVouchedFor { .. }), "{bad}: {error}");
        }
        // Nor is a CA left behind that was never good for anything.
        let other = tempfile::tempdir().unwrap();
        issue(other.path(), &names(&["localhost"]), &domains, NOW).unwrap_err();
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_server_certificate_is_good_for_397_days_and_a_little_early() {
        let folder = tempfile::tempdir().unwrap();
        let issued = issue(folder.path(), &names(&["localhost"]), &[], NOW).unwrap();
        let authority = Authority::read(&issued.ca, &issued.ca_key).unwrap();
        let leaf = CertificateDer::from_pem_file(&issued.certificate).unwrap();
        let is_good = |at| authority.must_vouch(&issued.ca, &leaf, &parse(&names(&["localhost"])).unwrap(), at).is_ok();
        let end = NOW.plus_days(397).plus_millis(-EARLIER_MS);
        assert!(!is_good(NOW.plus_millis(-EARLIER_MS - 1000)));
        assert!(is_good(NOW.plus_millis(-EARLIER_MS)) && is_good(NOW) && is_good(end.plus_millis(-1000)));
        assert!(!is_good(end.plus_millis(1000)));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for bad in ["", "a b", "http://localhost", "localhost:5337", "-x.example", "ü.example", "1.2.3.4.5"] {
            let error = issue(folder.path(), &names(&["localhost", bad]), &[], NOW).unwrap_err();
            assert!(matches!(&error, CertificateError::Name(name) if name == bad), "{bad:?}: {error}");
        }
        assert!(matches!(issue(folder.path(), &[], &[], NOW), Err(CertificateError::NoNames)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_machine_is_called_localhost_at_least() {
        let names = names_of_this_machine();
        for expected in ["localhost", "127.0.0.1", "::1"] {
            assert!(names.iter().any(|name| name == expected), "{names:?}");
        }
    }
}
