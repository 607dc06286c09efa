//! The panel and the docs.

use http::Method;

use crate::fixture::Fixture;

#[tokio::test]
async fn addresses_of_the_panel_are_its_first_page() {
    let fixture = Fixture::new();
    for path in ["/", "/tickets/42", "/setup?token=abc"] {
        let reply = fixture.call(Method::GET, path).header("accept", "text/html,*/*").send().await;
        // 503 with a page that says what to do where the panel was not built.
        assert!(matches!(reply.status.as_u16(), 200 | 503), "{path}");
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        assert!(String::from_utf8_lossy(&reply.body).contains("Chamados"), "{path}");
    }
    let script = fixture.call(Method::GET, "/assets/gone.js").header("accept", "*/*").send().await;
    script.problem(404, "not_found");
    let posted = fixture.call(Method::POST, "/tickets").header("accept", "text/html").send().await;
    posted.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn nothing_outside_the_panel_is_served() {
    let fixture = Fixture::new();
    for path in ["/../package.json", "/..%2fpackage.json", "/%2e%2e/package.json", "//etc/passwd"] {
        let reply = fixture.call(Method::GET, path).send().await;
        assert_eq!(reply.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_contract_can_be_read_in_a_browser() {
    let fixture = Fixture::new();
    let page = fixture.call(Method::GET, "/api/docs/").send().await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing from elsewhere");
    let inline = html.split("<script").skip(1).filter(|script| !script.contains(" src="));
    assert_eq!(inline.count(), 0, "nothing the content security policy would refuse");
    let script = fixture.call(Method::GET, "/api/docs/swagger-initializer.js").send().await;
    assert!(String::from_utf8_lossy(&script.body).contains("/api/openapi.json"));
}
