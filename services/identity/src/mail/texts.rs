//! What e-mails say: in Portuguese, then in English, because nobody knows yet which the reader wants.

use secrecy::ExposeSecret as _;

use crate::app::links::Link;

/// An e-mail without its addresses.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// One language of an e-mail.
struct Words<'a> {
    language: &'a str,
    /// Before the link.
    lead: String,
    /// On the link.
    action: &'a str,
    /// After it.
    end: &'a str,
}

/// The link of an invite.
pub(super) fn invite(tenant: &str, link: &Link) -> Text {
    text(
        format!("Convite para {tenant} / Invitation to {tenant}"),
        link,
        [
            Words {
                language: "pt-BR",
                lead: format!(
                    "Você foi convidado(a) para a central de chamados de {tenant}. Abra este link \
                     para escolher seu nome e sua senha. Ele vale por 7 dias e funciona uma vez."
                ),
                action: "Aceitar o convite",
                end: "Se você não esperava este convite, ignore esta mensagem.",
            },
            Words {
                language: "en",
                lead: format!(
                    "You were invited to the help desk of {tenant}. Open this link to choose your \
                     name and your password. It is valid for 7 days and works once."
                ),
                action: "Accept the invitation",
                end: "If you did not expect it, ignore this message.",
            },
        ],
    )
}

/// The link of a password reset.
pub(super) fn password_reset(tenant: &str, link: &Link) -> Text {
    text(
        format!("Nova senha para {tenant} / New password for {tenant}"),
        link,
        [
            Words {
                language: "pt-BR",
                lead: format!(
                    "A equipe de {tenant} pediu que você escolha uma nova senha. A anterior não vale \
                     mais. Abra este link para escolher a nova. Ele vale por 24 horas e funciona uma \
                     vez."
                ),
                action: "Escolher nova senha",
                end: "Em caso de dúvida, fale com a equipe antes de abrir o link.",
            },
            Words {
                language: "en",
                lead: format!(
                    "The team of {tenant} asks you to choose a new password. The one before is no \
                     longer valid. Open this link to choose it. It is valid for 24 hours and works \
                     once."
                ),
                action: "Choose a new password",
                end: "If in doubt, ask the team before you open the link.",
            },
        ],
    )
}

fn text(subject: String, link: &Link, languages: [Words<'_>; 2]) -> Text {
    let url = link.url.expose_secret();
    let plain = languages
        .iter()
        .map(|words| format!("{}\n\n{url}\n\n{}\n", words.lead, words.end))
        .collect::<Vec<_>>()
        .join("\n--\n\n");
    let body: String = languages
        .iter()
        .map(|words| {
            format!(
                "<div lang=\"{}\"><p>{}</p><p><a href=\"{}\">{}</a></p><p>{}</p></div>\n",
                words.language,
                escaped(&words.lead),
                escaped(url),
                escaped(words.action),
                escaped(words.end),
            )
        })
        .collect();
    let html = format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"></head><body>\n{body}</body></html>\n"
    );
    Text { subject, plain, html }
}

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_and_forms_have_the_link_and_a_name_is_no_markup() {
        let url = "https://desk.example/convite#chi_abc";
        let link = Link { url: url.into(), token_hash: [0; 32] };
        for text in [invite("A & <b>B", &link), password_reset("A & <b>B", &link)] {
            assert_eq!(text.plain.matches(url).count(), 2, "{}", text.plain);
            assert_eq!(text.html.matches(url).count(), 2, "{}", text.html);
            assert!(text.html.contains("A &amp; &lt;b&gt;B") && !text.html.contains("<b>"));
            assert!(text.subject.contains("A & <b>B"));
        }
    }
}
