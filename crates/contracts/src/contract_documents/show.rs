//! The same document as text and as a page.

use super::model::ContractDocument;
use std::fmt::Write as _;

/// A text as it stands in HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

impl ContractDocument {
    /// Heading, then clause after clause, each with its number.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.title);
        for (number, clause) in (1..).zip(&self.clauses) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n{number}. {}\n{}\n", clause.title, clause.text);
        }
        out
    }

    /// The same as a page of its own. Whatever templates and values say is text in it.
    pub fn html(&self) -> String {
        let title = escaped(&self.title);
        let mut out = format!(
            "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
        );
        for (number, clause) in (1..).zip(&self.clauses) {
            let (title, text) = (escaped(&clause.title), escaped(&clause.text));
            let text = text.replace('\n', "<br>\n");
            let _ =
                write!(out, "<section>\n<h2>{number}. {title}</h2>\n<p>{text}</p>\n</section>\n");
        }
        out.push_str("</body></html>\n");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract_documents::{ContractDocumentInput, WrittenClause};
    use guanxi_storage::{Meta, kind::Parts as _};
    use uuid::Uuid;

    #[test]
    fn c_13_nothing_in_a_page_is_markup_but_its_frame() {
        let input = ContractDocumentInput {
            contract_id: None,
            template_id: Uuid::nil().into(),
            variables: std::collections::BTreeMap::new(),
        };
        let mut document = ContractDocument::assemble(Meta::blank(), input);
        document.title = "<b>合同</b>".to_owned();
        document.clauses =
            vec![WrittenClause { title: "A & B".to_owned(), text: "\"1\" <\n'2'".to_owned() }];
        assert_eq!(document.text(), "<b>合同</b>\n\n1. A & B\n\"1\" <\n'2'\n");
        let html = document.html();
        assert!(html.contains("<h1>&lt;b&gt;合同&lt;/b&gt;</h1>"), "{html}");
        assert!(html.contains("<h2>1. A &amp; B</h2>\n<p>&quot;1&quot; &lt;<br>\n&#39;2&#39;</p>"));
    }
}
