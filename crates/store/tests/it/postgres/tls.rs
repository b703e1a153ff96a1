//! TLS: each `sslmode` as libpq has it, on a server whose certificate no public authority signed; and log-ins that are bound
//! to the connection.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use store::{PostgresOptions, PostgresUrl, Store};
use throwaway::Cluster;

/// Passwords by SCRAM, with TLS and without, so that what refuses is the client.
const HBA: &str = "local all postgres trust\nhost all ana 127.0.0.1/32 scram-sha-256\n";

struct Server {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl Server {
    /// With a certificate for `localhost`.
    fn start(tls: bool) -> Option<Server> {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&key).unwrap();
        let issuer = Issuer::new(authority, key);
        let own = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), root.pem()).unwrap();
        std::fs::write(folder.path().join("junk.pem"), "junk").unwrap();
        let settings = [
            ("listen_addresses", "127.0.0.1"),
            ("ssl", if tls { "on" } else { "off" }),
            ("ssl_cert_file", "{folder}/server.crt"),
            ("ssl_key_file", "{folder}/server.key"),
            ("fsync", "off"),
        ];
        let files = [("server.crt", leaf.pem()), ("server.key", own.serialize_pem()), ("pg_hba.conf", HBA.to_owned())];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let cluster = Cluster::start(&settings, &files)?;
        throwaway::execute(&cluster.url("postgres"), "CREATE ROLE ana LOGIN PASSWORD 'p@ss/word' SUPERUSER").unwrap();
        Some(Server { cluster, folder })
    }

    async fn connect(&self, host: &str, options: &str) -> Result<bool, String> {
        let options = options.replace("{folder}", &self.folder.path().display().to_string());
        let url = format!("postgres://ana:p%40ss%2Fword@{host}:{}/postgres?{options}", self.cluster.port());
        let store = Store::connect(PostgresOptions::new(PostgresUrl::parse(&url).unwrap())).await;
        let store = store.map_err(|error| error.to_string())?;
        let encrypted = "SELECT bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                         WHERE application_name = 'supermaker'";
        let told = throwaway::query(&self.cluster.url("postgres"), encrypted).unwrap();
        store.close().await;
        drop(store);
        Ok(told[0][0].as_deref() == Some("t"))
    }
}

#[tokio::test]
async fn each_mode_as_libpq_has_it() {
    let Some(server) = Server::start(true) else { return };
    for (host, options, encrypted) in [
        ("localhost", "sslmode=disable", Ok(false)),
        ("localhost", "sslmode=allow", Ok(true)),
        ("localhost", "sslmode=prefer", Ok(true)),
        ("localhost", "", Ok(true)),
        ("localhost", "sslmode=require", Ok(true)),
        ("localhost", "sslmode=require&channel_binding=require", Ok(true)),
        ("127.0.0.1", "sslmode=require&channel_binding=require", Ok(true)),
        ("localhost", "sslmode=verify-ca&sslrootcert={folder}/ca.pem", Ok(true)),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert={folder}/ca.pem", Ok(true)),
        ("127.0.0.1", "sslmode=require&sslrootcert={folder}/ca.pem", Ok(true)),
        ("localhost", "sslmode=verify-full&sslrootcert={folder}/ca.pem&channel_binding=require", Ok(true)),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert={folder}/ca.pem", Err("another name")),
        ("localhost", "sslmode=verify-full", Err("sslrootcert")),
        ("localhost", "sslmode=verify-ca", Err("sslrootcert")),
        ("localhost", "sslmode=require&sslrootcert=system", Err("sslrootcert")),
        ("localhost", "sslmode=verify-full&sslrootcert={folder}/junk.pem", Err("holds no certificate")),
        ("localhost", "sslmode=verify-full&sslrootcert={folder}/none.pem", Err("none.pem")),
        ("localhost", "sslmode=disable&channel_binding=require", Err("channel")),
    ] {
        match (server.connect(host, options).await, encrypted) {
            (Ok(is), Ok(expected)) => assert_eq!(is, expected, "{host} {options}"),
            (Err(error), Err(word)) => assert!(error.contains(word) && !error.contains("p@ss"), "{options}: {error}"),
            (is, _) => panic!("{host} {options}: {is:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_without_tls() {
    let Some(server) = Server::start(false) else { return };
    assert_eq!(server.connect("localhost", "").await, Ok(false));
    let error = server.connect("localhost", "sslmode=require").await.unwrap_err();
    assert!(error.contains("sslmode=disable"), "{error}");
}

#[tokio::test]
async fn a_wrong_password() {
    let Some(server) = Server::start(true) else { return };
    let url = format!("postgres://ana:hush@localhost:{}/postgres", server.cluster.port());
    let options = PostgresOptions::new(PostgresUrl::parse(&url).unwrap());
    let error = Store::connect(options).await.unwrap_err().to_string();
    assert!(error.contains("password") && error.contains("%40") && !error.contains("hush"), "{error}");
}
