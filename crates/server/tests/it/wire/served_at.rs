//! Where a server listens is known to those who make links beside it, on its database.

use server::Whereto;
use server::process::Stop;

use super::Live;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_made_beside_a_server_leads_to_it() {
    let live = Live::start(&[]).await;
    let found = |given: &[(&str, &str)]| {
        let settings = crate::support::settings(given, &live.folder);
        tokio::task::block_in_place(|| {
            let somebody = server::serving_database(&settings).is_some();
            let store = server::open_database_as_it_is(&settings).unwrap();
            let both = [somebody, false].map(|serves| Whereto::find(&store, &settings, serves));
            store.close_blocking();
            both
        })
    };
    let to = |whereto: &Whereto| whereto.links().map(|links| links.to("verify")).unwrap_or_default();
    let [beside, alone] = found(&[("PORT", "4321")]);
    assert!(matches!(beside, Whereto::Known(_)) && matches!(alone, Whereto::Guessed(_)), "{beside:?} {alone:?}");
    assert_eq!(to(&beside), format!("http://{}/auth/pages/verify", live.address));
    assert_eq!(to(&alone), "http://127.0.0.1:4321/auth/pages/verify");
    for whereto in found(&[("PUBLIC_URL", "https://desk.example")]) {
        assert!(matches!(whereto, Whereto::Known(_)) && to(&whereto) == "https://desk.example/auth/pages/verify");
    }
}

/// Neither when the server has stopped nor when it was killed, however many others serve the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_a_server_that_is_gone_is_not_called_known() {
    // Elsewhere this machine has one address of its own only.
    let host = if cfg!(target_os = "linux") { "127.0.0.2" } else { "127.0.0.1" };
    for is_killed in [false, true] {
        let Live { address, folder, stops, running } = Live::start(&[("HOST", host)]).await;
        let settings = crate::support::settings(&[("PORT", "4321")], &folder);
        let find = || {
            tokio::task::block_in_place(|| {
                let store = server::open_database_as_it_is(&settings).unwrap();
                let found = Whereto::find(&store, &settings, true);
                store.close_blocking();
                (matches!(found, Whereto::Known(_)), found.links().map(|links| links.to("verify")).unwrap_or_default())
            })
        };
        assert_eq!(find(), (true, format!("http://{address}/auth/pages/verify")));
        if is_killed {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        } else {
            stops.send(Stop::Announced).unwrap();
            running.await.unwrap();
            // Whoever listens there now is another one.
            let _other = std::net::TcpListener::bind(address).unwrap();
            assert!(!find().0);
        }
        assert_eq!(find(), (false, "http://127.0.0.1:4321/auth/pages/verify".to_owned()));
    }
}
