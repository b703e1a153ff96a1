//! Lists: filters, order, pages, totals, and that a walk by cursor is whole.

use serde_json::json;

use crate::support::blueprints::OFFICE;
use crate::support::{Caller, TestApp};

/// Clients 1 to 6 of one owner.
async fn fill(ana: &Caller<'_>) {
    for row in [
        json!({"name": "Äpfel", "status": "new", "score": 30, "budget": "10.00", "born": "2000-01-01"}),
        json!({"name": "birnen", "status": "won", "score": 10, "budget": "2.50"}),
        json!({"name": "Cola_100%", "status": "won", "budget": "100.00", "vip": true}),
        json!({"name": "dattel", "status": "lost", "score": 20}),
        json!({"name": "apfel", "score": 10, "born": "1999-12-31"}),
        json!({"name": "zzz", "status": null, "due_at": "2026-01-01T00:00:00Z"}),
    ] {
        ana.post("/clients", row).await.expect(201);
    }
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    fill(&ana).await;
    for (query, ids) in [
        ("", vec![1, 2, 3, 4, 5, 6]),
        ("status=won", vec![2, 3]),
        ("status[ne]=won", vec![1, 4, 5, 6]),
        ("status[in]=new,lost", vec![1, 4, 5]),
        ("status[nin]=new,lost", vec![2, 3, 6]),
        ("status[is_null]=true", vec![6]),
        ("score[gte]=20", vec![1, 4]),
        ("score[gt]=10&score[lt]=30", vec![4]),
        ("score[lte]=10", vec![2, 5]),
        ("score[is_null]=true", vec![3, 6]),
        ("budget[gt]=2.5", vec![1, 3]),
        ("budget=2.50", vec![2]),
        ("vip=true", vec![3]),
        ("born[lt]=2000-01-01", vec![5]),
        ("due_at[gte]=2026-01-01T01:00:00%2B01:00", vec![6]),
        ("due_at[gte]=2026-01-01", vec![6]),
        ("name[contains]=PFEL", vec![1, 5]),
        ("name[contains]=%C3%A4", vec![1]),
        ("name[starts_with]=A", vec![5]),
        ("%6eame=apfel", vec![5]),
        ("name[contains]=_100%25", vec![3]),
        ("name[contains]=%25", vec![3]),
        ("id[in]=5,2,99", vec![2, 5]),
        ("id[gt]=4&status=new", vec![5]),
        ("name=apfel'%20OR%20'1'='1", vec![]),
    ] {
        let path = format!("/clients?{query}");
        assert_eq!(ana.get(&path).await.expect(200).ids(), ids, "{query}");
        assert_eq!(walk(&ana, &format!("{path}&limit=1")).await, ids, "{query} by ones");
        let backwards: Vec<i64> = ids.iter().copied().rev().collect();
        assert_eq!(walk(&ana, &format!("{path}&sort=-id&limit=1")).await, backwards, "{query} backwards by ones");
        let counted = ana.get(&format!("{path}&count=exact&limit=1")).await.expect(200).json();
        assert_eq!(counted["total"], ids.len(), "{query}");
    }
}

#[tokio::test]
async fn orders_put_nulls_last_both_ways() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    fill(&ana).await;
    for (sort, ids) in [
        ("id", vec![1, 2, 3, 4, 5, 6]),
        ("-id", vec![6, 5, 4, 3, 2, 1]),
        ("score", vec![2, 5, 4, 1, 3, 6]),
        ("-score", vec![1, 4, 5, 2, 6, 3]),
        ("score,-id", vec![5, 2, 4, 1, 6, 3]),
        ("name", vec![3, 5, 2, 4, 6, 1]),
        ("status,score", vec![4, 5, 1, 2, 3, 6]),
        ("-created_at", vec![6, 5, 4, 3, 2, 1]),
    ] {
        assert_eq!(ana.get(&format!("/clients?sort={sort}")).await.expect(200).ids(), ids, "{sort}");
        assert_eq!(walk(&ana, &format!("/clients?sort={sort}&limit=1")).await, ids, "{sort} by ones");
        assert_eq!(walk(&ana, &format!("/clients?sort={sort}&limit=4")).await, ids, "{sort} by fours");
    }
}

/// All ids of a list, page by page, by `next_cursor`; `Link` must say the same.
async fn walk(caller: &Caller<'_>, path: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next.take() {
        let page = caller.get(&path).await.expect(200);
        ids.extend(page.ids());
        let json = page.json();
        assert_eq!(json["has_more"], json["next_cursor"].is_string());
        if let Some(cursor) = json["next_cursor"].as_str() {
            let link = page.header("link");
            assert!(link.contains(&format!("cursor={cursor}")) && link.ends_with("; rel=\"next\""), "{link}");
            next = link[1..].split_once('>').map(|(path, _)| path.trim_start_matches("/api/v1").to_owned());
        }
        assert!(ids.len() < 1000, "the walk does not end");
    }
    ids
}

#[tokio::test]
async fn a_walk_neither_repeats_nor_skips_while_others_write() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    for score in 0..40 {
        ana.post("/clients", json!({"name": "x", "score": score % 7})).await.expect(201);
    }
    let mut seen = Vec::new();
    let mut path = "/clients?sort=-score&limit=7".to_owned();
    loop {
        let page = ana.get(&path).await.expect(200);
        seen.extend(page.ids());
        // Rows come at the beginning and rows that were seen go, which would shift every offset.
        ana.post("/clients", json!({"name": "new", "score": 50})).await.expect(201);
        eve.delete(&format!("/clients/{}", seen[seen.len() - 1])).await.expect(204);
        match page.json()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/clients?sort=-score&limit=7&cursor={cursor}"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=40).collect::<Vec<_>>());
}

/// A float that is read back changed in its last digit would make a walk repeat or skip.
#[tokio::test]
async fn a_walk_over_floats_is_whole() {
    let app =
        TestApp::new(&OFFICE.replace("weight = { type = \"float\" }", "weight = { type = \"float\", index = true }"))
            .await;
    let ana = app.user("ana").await;
    let mut number = 0.123_456_789_f64;
    for _ in 0..120 {
        number = (number * 7.3 + 0.77) % 1e6 + number.sin();
        ana.post("/clients", json!({"name": "x", "weight": number})).await.expect(201);
    }
    for sort in ["weight", "-weight"] {
        let mut ids = walk(&ana, &format!("/clients?sort={sort}&limit=3")).await;
        ids.sort_unstable();
        assert_eq!(ids, (1..=120).collect::<Vec<_>>(), "{sort}");
    }
}

#[tokio::test]
async fn a_cursor_serves_nobody_else() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    fill(&ana).await;
    let page = ana.get("/clients?limit=2").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    ana.get(&format!("/clients?limit=2&cursor={cursor}")).await.expect(200);
    bob.get(&format!("/clients?limit=2&cursor={cursor}")).await.expect(400);
    ana.get(&format!("/clients?status=won&cursor={cursor}")).await.expect(400);
    ana.get(&format!("/visits?cursor={cursor}")).await.expect(400);
    ana.get("/clients?cursor=bm9uc2Vuc2U").await.expect(400);
}

#[tokio::test]
async fn what_is_not_a_parameter_is_named() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    for (path, hint) in [
        ("/clients?offset=5", "cursor"),
        ("/clients?statu=new", "`status`"),
        ("/clients?status=nope", "new"),
        ("/clients?limit=1000", "100"),
        ("/clients?sort=pin", "nothing to sort by"),
        ("/clients?pin=1", "not a parameter"),
        ("/clients?fields=pin", "not a field"),
        ("/clients?a=1&a=2", "not a parameter"),
        ("/clients?vip=true&vip=true", "twice"),
        ("/clients?name=%ff", "UTF-8"),
        ("/clients?name=%00", "UTF-8"),
        ("/clients/1?x=1", "`x`"),
        ("/clients/1?limit=1", "`limit`"),
    ] {
        let detail = ana.get(path).await.expect(400).json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(hint), "{path}: {detail}");
    }
    ana.post("/clients?x=1", json!({"name": "x"})).await.expect(400);
    assert_eq!(ana.get("/clients").await.ids(), [1]);
}
