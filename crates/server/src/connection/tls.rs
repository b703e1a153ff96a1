//! HTTPS by the server itself: certificate and key out of PEM files, TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::settings::TlsFiles;

/// What is wrong with one of the files.
#[derive(Debug)]
pub struct TlsProblem {
    /// The environment variable that names it.
    pub name: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it. Never holds what stands in it.
    pub detail: String,
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.name, self.path.display(), self.detail)
    }
}

/// What speaks TLS with these files.
///
/// # Errors
/// Everything that is wrong with them.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, Vec<TlsProblem>> {
    let of_certificate = |detail| problem("TLS_CERT", &files.certificate, detail);
    let of_key = |detail| problem("TLS_KEY", &files.key, detail);
    let (chain, key) = match (certificates(&files.certificate), private_key(&files.key)) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => {
            let problems = [chain.err().map(of_certificate), key.err().map(of_key)];
            return Err(problems.into_iter().flatten().collect());
        }
    };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => vec![of_key("is not the key of the certificate in TLS_CERT".to_owned())],
        rustls::Error::InvalidCertificate(_) => vec![of_certificate(error.to_string())],
        error => vec![of_key(error.to_string())],
    })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The chain in a file, the server's own first.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read.map_err(in_words)? {
        chain if chain.is_empty() => Err("holds no CERTIFICATE in PEM form".to_owned()),
        chain => Ok(chain),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::NoItemsFound => "holds no PRIVATE KEY in PEM form".to_owned(),
        error => in_words(error),
    })
}

fn in_words(error: pem::Error) -> String {
    match error {
        pem::Error::Io(error) => format!("cannot be read: {error}"),
        _ => "is not a PEM file".to_owned(),
    }
}

fn problem(name: &'static str, path: &Path, detail: String) -> TlsProblem {
    TlsProblem { name, path: path.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_names_its_file_and_tells_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let one = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = write("cert.pem", &one.cert.pem());
        let key = write("key.pem", &one.signing_key.serialize_pem());
        let foreign = write("other.pem", &other.signing_key.serialize_pem());
        let junk = write("junk.pem", "hunter2\n");
        let damaged = write("damaged.pem", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
        let missing = folder.path().join("missing.pem");

        let problems = |certificate: &PathBuf, key: &PathBuf| {
            let files = TlsFiles { certificate: certificate.clone(), key: key.clone() };
            let problems = acceptor(&files).err().unwrap_or_default();
            problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(problems(&certificate, &key), [""; 0]);
        for (certificate, key, expected) in [
            (&missing, &missing, vec!["TLS_CERT: ", "TLS_KEY: "]),
            (&junk, &junk, vec!["TLS_CERT: ", "TLS_KEY: "]),
            (&certificate, &foreign, vec!["TLS_KEY: "]),
            (&certificate, &certificate, vec!["TLS_KEY: "]),
            (&key, &key, vec!["TLS_CERT: "]),
            (&damaged, &key, vec!["TLS_CERT: "]),
        ] {
            let said = problems(certificate, key);
            assert_eq!(said.len(), expected.len(), "{said:?}");
            for (said, expected) in said.iter().zip(expected) {
                assert!(said.starts_with(expected) && said.contains(".pem: ") && !said.contains("hunter2"), "{said}");
            }
        }
    }
}
