//! What reads bytes from outside, asked directly.

use std::{fmt::Debug, str};

use chamados_archive::Manifest;
use chamados_chassis::{auth::Keyring, page::PageRequest};
use chamados_identity::domain::{email::Email, name::Name, password::NewPassword, saved_filter};
use chamados_proto::{device::v1 as device, event::v1::Event, ticket::v1 as ticket};
use chamados_scheduler::domain::cron::Cron;
use chamados_ticket::domain::{RichText, Subject};
use chrono::DateTime;
use prost::Message;

use super::Verdict;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    /// Its name on the command line.
    pub name: &'static str,
    /// Good inputs.
    pub corpus: &'static [&'static [u8]],
    /// Whether it refuses hardly anything.
    pub takes_all: bool,
    /// Asks it, and judges what it did.
    pub judge: fn(&[u8]) -> Verdict,
}

/// All of them.
pub const ALL: &[Decoder] = &[
    Decoder { name: "html", corpus: HTML, takes_all: true, judge: html },
    Decoder { name: "cron", corpus: CRON, takes_all: false, judge: cron },
    Decoder { name: "page-token", corpus: PAGE_TOKENS, takes_all: false, judge: page_token },
    Decoder { name: "saved-filter", corpus: FILTERS, takes_all: false, judge: filter },
    Decoder { name: "texts", corpus: TEXTS, takes_all: false, judge: texts },
    Decoder { name: "principal", corpus: PRINCIPALS, takes_all: false, judge: principal },
    Decoder { name: "manifest", corpus: MANIFESTS, takes_all: false, judge: manifest },
    Decoder { name: "protobuf", corpus: PROTOBUF, takes_all: false, judge: protobuf },
];

const HTML: &[&[u8]] = &[
    b"<p>Um <strong>dois</strong> <em>tr\xc3\xaas</em><br>y</p><ul><li>1</li></ul><pre><code>a &lt; b</code></pre>",
    b"<a href=\"https://example.com/?a=1&amp;b=%3E\" title=x onclick=alert(1)>site</a>",
    b"<script>alert(1)</script><style>p{}</style><svg><script href=data:,x /></svg><math><mi>x",
    b"<a href=\"java\nscript:alert(1)\">x</a><a href=' javascript:x'>y</a><a href=\"data:text/html,z\">z</a>",
    b"<img src=x onerror=alert(1)><iframe srcdoc='<b>x'></iframe><object data=x><form><input>",
    b"<p><span data-mention=\"01890000-0000-7000-8000-000000000001\">Ana</span> <s>s</s><u>u</u></p>",
    b"<table><td><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></table><!-- x --><plaintext>",
    b"<blockquote><h1>a</h1><ol><li><p>b</ol></blockquote>&amp;lt;script&amp;gt; &#60;b&#62; \xc2\xa0",
];
const CRON: &[&[u8]] = &[
    b"* * * * *",
    b"*/5 0-6 1,15 * 1-5",
    b"30 2 * * 0",
    b"0 0 29 2 *",
    b"15 14 1 * *",
    b"0 22 * * MON-FRI",
    b"5 4 L * *",
    b"0 0 * JAN,JUN SUN#2",
    b"59 23 31 12 7",
    b"0-59/7 */3 * * *",
];
// base64url of a time and an id, of a name and an id, and of one number.
const PAGE_TOKENS: &[&[u8]] = &[
    b"WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIjAxODkwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSJd",
    b"WyJhbmEiLCIwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiXQ",
    b"NDI",
    b"",
    b"eyJhIjpbWzFdXX0",
    b"bnVsbA",
];
const FILTERS: &[&[u8]] = &[
    b"",
    b"{}",
    b"{\"status\":[\"pending\",\"paused\"],\"assigneeId\":[\"none\"]}",
    b"{\"tag\":[\"rede\",\"caf\xc3\xa9\"],\"sort\":[\"newest\"]}",
    b"{\"q\":[\"a b\"]}",
    b"{\"priority\":[\"high\"]}",
];
const TEXTS: &[&[u8]] = &[
    b"ana@acme.example",
    b"\"a b\"@x.example",
    b"Ana L\xc3\xbacia",
    b"correct horse battery",
    b"a@b",
    b"x",
    b"admin@xn--caf-dma.example",
    b" Sem rede \xf0\x9f\x98\x80 ",
];
const PRINCIPALS: &[&[u8]] = &[
    b"",
    b"e30.e30.e30",
    b"v4.local.AAAA",
    b"v4.public.eyJhIjoxfQ",
    b"eyJ0IjoxfQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];
const MANIFESTS: &[&[u8]] = &[
    b"{\"format\":\"chamados-archive\",\"version\":1,\"program\":\"0.1.0\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"tenant\":{\"id\":\"01890000-0000-7000-8000-000000000001\",\"name\":\"Desk\"},\"schemas\":{\"ticket\":\"m0101\"},\"files\":[{\"path\":\"ticket/tickets.jsonl\",\"bytes\":10,\"records\":1,\"sha256\":\"00\"}],\"unreadableCount\":0,\"unreadable\":[]}",
    b"{\"format\":\"x\",\"version\":4294967295,\"program\":\"\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"tenant\":{\"id\":\"01890000-0000-7000-8000-000000000001\",\"name\":\"\"},\"schemas\":{},\"files\":[{\"path\":\"a\",\"bytes\":18446744073709551615,\"records\":18446744073709551615,\"sha256\":\"\"},{\"path\":\"b\",\"bytes\":18446744073709551615,\"records\":18446744073709551615,\"sha256\":\"\"}],\"unreadableCount\":18446744073709551615,\"unreadable\":[{\"service\":\"a\",\"kind\":\"b\",\"id\":\"c\",\"reason\":\"d\"}]}",
];
// Messages as they are on the wire: fields 1 to 5 of lengths, numbers and messages in one another.
const PROTOBUF: &[&[u8]] = &[
    b"\x0a\x24",
    b"\x0a\x0401-a\x12\x03sub\x1a\x05<p>x<\x20\x02",
    b"\x08\x01\x12\x02\x08\x05",
    b"\x0a\x02\x08\x07",
    b"\x12\x06\x0a\x04\x0a\x02hi",
    b"",
    b"\x22\x00",
    b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
];

const TAGS: [&str; 18] = [
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "a",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
];
const SCHEMES: [&str; 4] = ["http:", "https:", "mailto:", "tel:"];

/// What is cleaned stays as it is when it is cleaned again, and holds nothing but the subset.
fn html(input: &[u8]) -> Verdict {
    let Ok(clean) = RichText::parse(&String::from_utf8_lossy(input)) else { return Ok(false) };
    let clean = clean.as_str();
    let again = RichText::parse(clean).map_err(|error| format!("cleaned and refused: {error}"))?;
    if again.as_str() != clean {
        return Err(format!("cleaning again changes {clean:?} to {:?}", again.as_str()));
    }
    for tag in clean.split('<').skip(1) {
        let tag = tag.split_once('>').map(|(tag, _)| tag).ok_or("a tag has no end")?;
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = name.trim_start_matches('/');
        if !TAGS.contains(&name) && name != "li" && name != "span" {
            return Err(format!("<{tag}> survived in {clean:?}"));
        }
        for attribute in attributes.split("\" ").filter(|attribute| !attribute.is_empty()) {
            let (key, value) = attribute.split_once("=\"").ok_or("an attribute has no value")?;
            let value = value.to_ascii_lowercase();
            let safe = match key {
                "href" => SCHEMES.iter().any(|scheme| value.starts_with(scheme)),
                "rel" => value.starts_with("noopener"),
                "data-mention" => name == "span",
                _ => false,
            };
            if !safe {
                return Err(format!("{attribute} survived in {clean:?}"));
            }
        }
    }
    Ok(!clean.is_empty())
}

/// What is read fires in order, and soon says when.
fn cron(input: &[u8]) -> Verdict {
    let Ok(pattern) = str::from_utf8(input) else { return Ok(false) };
    let Ok(cron) = Cron::parse(pattern, chrono_tz::America::Sao_Paulo) else { return Ok(false) };
    let times: Vec<_> = cron.after(DateTime::UNIX_EPOCH).take(3).map(|firing| firing.at).collect();
    let start = [DateTime::UNIX_EPOCH].into_iter();
    if !start.chain(times.iter().copied()).is_sorted_by(|earlier, later| earlier < later) {
        return Err(format!("{pattern:?} fires at {times:?}"));
    }
    Ok(true)
}

fn page_token(input: &[u8]) -> Verdict {
    type Key = (DateTime<chrono::Utc>, uuid::Uuid);
    let Ok(token) = str::from_utf8(input) else { return Ok(false) };
    let names = PageRequest::<(String, uuid::Uuid)>::parse(0, token);
    let times = PageRequest::<Key>::parse(i32::MAX, token);
    let numbers = PageRequest::<i64>::parse(1, token);
    let sizes = [names.as_ref().map(|page| page.size), times.as_ref().map(|page| page.size)];
    if sizes.iter().flatten().any(|size| !(1..=1_000).contains(size)) {
        return Err(format!("pages of {sizes:?}"));
    }
    Ok(names.is_ok() || times.is_ok() || numbers.is_ok())
}

/// What is written in one form is in that form already.
fn filter(input: &[u8]) -> Verdict {
    let Ok(json) = str::from_utf8(input) else { return Ok(false) };
    let Ok(once) = saved_filter::parse(json) else { return Ok(false) };
    same(&once, saved_filter::parse(&once).as_ref())
}

/// One line texts and addresses are taken again as they were taken.
fn texts(input: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(input) else { return Ok(false) };
    let mut taken = NewPassword::parse(text).is_ok();
    if let Ok(email) = Email::parse(text) {
        same(&email, Email::parse(email.as_str()).as_ref())?;
        taken = true;
    }
    if let Ok(name) = Name::parse(text) {
        same(&name, Name::parse(name.as_str()).as_ref())?;
        taken = true;
    }
    if let Ok(subject) = Subject::parse(text) {
        let subject = subject.to_string();
        if subject.chars().any(char::is_control) || subject.trim() != subject {
            return Err(format!("a subject is {subject:?}"));
        }
        taken = true;
    }
    Ok(taken)
}

/// Whoever has no key makes no principal. The good ones are of this key ring.
fn principal(input: &[u8]) -> Verdict {
    use std::sync::LazyLock;

    use chamados_chassis::auth::Principal;

    static KEYS: LazyLock<Option<(Keyring, String)>> = LazyLock::new(|| {
        let keys = Keyring::parse(&Keyring::generate().ok()?).ok()?;
        let principal = Principal::Service { name: "ticket".to_owned(), tenant: None };
        let token = keys.sign(&principal, DateTime::UNIX_EPOCH).ok()?;
        Some((keys, token))
    });
    let (keys, good) = KEYS.as_ref().ok_or("no key ring")?;
    let Ok(text) = str::from_utf8(input) else { return Ok(false) };
    if keys.verify(text, DateTime::UNIX_EPOCH).is_ok() {
        return Err("a token without a signature was taken".to_owned());
    }
    // A good one, one byte changed.
    let at = input.iter().map(|byte| usize::from(*byte)).sum::<usize>() % good.len();
    let mut changed = good.clone().into_bytes();
    let with = input.first().copied().unwrap_or(b'A') & 0x7f;
    let same = changed.get(at) == Some(&with);
    if let Some(byte) = changed.get_mut(at) {
        *byte = with;
    }
    let changed = String::from_utf8_lossy(&changed).into_owned();
    match keys.verify(&changed, DateTime::UNIX_EPOCH) {
        Ok(_) if !same => Err(format!("{changed} was taken for {good}")),
        Err(_) if same => Err("a good token was refused".to_owned()),
        taken => Ok(taken.is_ok()),
    }
}

fn manifest(input: &[u8]) -> Verdict {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(input) else { return Ok(false) };
    // Sums of what is not to be trusted must not overflow.
    let _sums = (manifest.records(), manifest.bytes(), manifest.attachments());
    let again = serde_json::to_vec(&manifest).map_err(|error| error.to_string())?;
    same(&manifest, serde_json::from_slice(&again).as_ref())
}

/// What is read is written so that it is read alike.
fn protobuf(input: &[u8]) -> Verdict {
    fn there_and_back<M: Message + Default + PartialEq + Debug>(input: &[u8]) -> Verdict {
        let Ok(message) = M::decode(input) else { return Ok(false) };
        let again = M::decode(&*message.encode_to_vec()).map_err(|error| error.to_string())?;
        // What is not a number is not equal to itself.
        if again == message || format!("{again:?}") == format!("{message:?}") {
            return Ok(true);
        }
        Err(format!("{message:?} is read again as {again:?}"))
    }
    let each = [
        there_and_back::<device::AgentMessage>(input)?,
        there_and_back::<device::RelayMessage>(input)?,
        there_and_back::<device::EnrollRequest>(input)?,
        there_and_back::<ticket::CreateTicketRequest>(input)?,
        there_and_back::<ticket::ListTicketsRequest>(input)?,
        there_and_back::<Event>(input)?,
    ];
    Ok(each.contains(&true))
}

fn same<T: PartialEq + Debug, E: Debug>(once: &T, twice: Result<&T, E>) -> Verdict {
    match twice {
        Ok(twice) if once == twice => Ok(true),
        twice => Err(format!("{once:?} is read again as {twice:?}")),
    }
}
