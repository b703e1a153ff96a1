//! TLS with rustls, verified as far as `sslmode` asks for it.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url::{PostgresUrl, Roots, Tls};
use crate::tls::{self, Taken};

/// What makes TLS connections to the servers of a URL.
pub(super) fn connector(url: &PostgresUrl) -> Result<MakeRustlsConnect, String> {
    let mut config = match url.tls {
        Tls::VerifyFull => trusting(roots(url)?),
        Tls::VerifyCa => {
            let provider = Arc::new(ring::default_provider());
            let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(url)?), provider).build();
            tls::client(Lenient { chain: Some(chain.map_err(|error| error.to_string())?) })
        }
        Tls::Disable | Tls::Prefer | Tls::Require => tls::client(Lenient { chain: None }),
    }
    .map_err(|error| error.to_string())?;
    if url.tls_direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}

fn roots(url: &PostgresUrl) -> Result<RootCertStore, String> {
    let Roots::File(path) = &url.roots else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let unreadable = |error: &dyn std::fmt::Display| format!("sslrootcert {} cannot be used: {error}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() { Err(unreadable(&"it holds no certificate")) } else { Ok(roots) }
}

/// Less than the full look: with a chain, whatever name the certificate bears; without, any certificate at all. Who holds
/// its key is checked in any case, so that channel binding means something.
#[derive(Debug)]
struct Lenient {
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl Taken for Lenient {
    fn takes(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(shown, others, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }
}
