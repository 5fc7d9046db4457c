use super::*;
use proptest::{collection::vec, prelude::*};

fn read(text: &str) -> String {
    parse(text).map(|read| read.filter.to_string()).unwrap_or_else(|finding| {
        format!("{}: {}", finding.params["offset"], finding.params["expected"].as_str().unwrap())
    })
}

#[test]
fn or_binds_more_tightly_than_and() {
    for (text, means) in [
        ("a=1 AND b=2 OR c=3", "a = \"1\" AND (b = \"2\" OR c = \"3\")"),
        ("a=1 OR b=2 AND c=3", "(a = \"1\" OR b = \"2\") AND c = \"3\""),
        ("a=1 OR (b=2 AND c=3)", "a = \"1\" OR (b = \"2\" AND c = \"3\")"),
        ("a=1 AND b=2 AND c=3", "a = \"1\" AND b = \"2\" AND c = \"3\""),
        ("NOT a=1 OR b=2", "NOT a = \"1\" OR b = \"2\""),
        ("-a:b AND NOT(c>=4)", "NOT a : \"b\" AND NOT c >= \"4\""),
        ("-(-a:b)", "NOT (NOT a : \"b\")"),
        ("((a=1))", "a = \"1\""),
    ] {
        assert_eq!(read(text), means, "{text}");
    }
}

#[test]
fn operands_are_words_texts_and_functions() {
    for (text, means) in [
        ("at>=2026-01-01T00:00:00+08:00", "at >= \"2026-01-01T00:00:00+08:00\""),
        ("  a  !=\u{3000}软件 ", "a != \"软件\""),
        ("email=a.b-c@d.example", "email = \"a.b-c@d.example\""),
        (r#"a="x \" \\ \' '""#, r#"a = "x \" \\ ' '""#),
        (r#"a='say "y"'"#, r#"a = "say \"y\"""#),
        ("a=''", "a = \"\""),
        ("a=null OR a=\"null\"", "a = null OR a = \"null\""),
        ("a:* AND a=\"*\"", "a : * AND a = \"*\""),
        ("a<now() AND b=me( )", "a < now() AND b = me()"),
        ("a>days_ago( 7 ) OR a<days_ago(-30)", "a > days_ago(7) OR a < days_ago(-30)"),
        ("ANDROID=1 AND a=ORANGE", "ANDROID = \"1\" AND a = \"ORANGE\""),
        ("a=-5", "a = \"-5\""),
    ] {
        assert_eq!(read(text), means, "{text}");
    }
}

#[test]
fn a_refusal_names_the_byte_and_what_was_expected() {
    for (text, refusal) in [
        ("", "0: a field"),
        ("   ", "3: a field"),
        ("a", "1: one of = != < <= > >= :"),
        ("软件", "0: a field"),
        ("a = 软件 b", "11: AND, OR or the end"),
        ("a=", "2: a value"),
        ("a==1", "2: a value"),
        ("a=1 AND", "7: a field"),
        ("a=1 AND AND b=2", "8: a field"),
        ("a=1 and b=2", "4: AND, OR or the end"),
        ("a=1 AND b=OR", "10: a value"),
        ("NOT NOT a=1", "4: a field"),
        ("(a=1", "4: AND, OR or )"),
        ("a=1)", "3: AND, OR or the end"),
        ("a=\"x", "4: a closing \""),
        (r#"a="\n""#, "4: \\, \" or ' behind \\"),
        ("a=x*", "3: AND, OR or the end"),
        ("a=b,c", "3: AND, OR or the end"),
        ("a=today()", "2: one of now(), days_ago(n), me()"),
        ("a=now(1)", "6: )"),
        ("a=days_ago()", "11: a whole number of days from -36500 to 36500"),
        ("a=days_ago(36501)", "11: a whole number of days from -36500 to 36500"),
        ("a=days_ago(7", "12: )"),
        ("((((((a=1))))))", "5: at most 5 open parentheses"),
        ("a~1", "1: one of = != < <= > >= :"),
        ("a=1; DROP TABLE parties", "5: AND, OR or the end"),
    ] {
        assert_eq!(read(text), refusal, "{text}");
    }
}

#[test]
fn length_comparisons_and_depth_are_bounded() {
    let many = |n: usize| vec!["a=1"; n].join(" AND ");
    assert!(parse(&many(30)).is_ok());
    assert_eq!(read(&many(31)), "240: at most 30 comparisons");
    let long = |n: usize| format!("a={}", "软".repeat(n - 2));
    assert!(parse(&long(1024)).is_ok());
    assert_eq!(read(&long(1025)), "3068: at most 1024 characters");
    assert!(parse("(((((a=1)))))").is_ok());
    assert!(parse("-(a=1 AND (b=1 OR -(c=1)))").is_ok());
    let deep = "a=1 AND -(a=2 AND -(b=1 OR -(c=1 AND d=1)))";
    assert_eq!(read(deep), "29: at most 5 levels of AND, OR and NOT");
}

fn operand() -> impl Strategy<Value = Operand> {
    let days = (-MAX_DAYS..=MAX_DAYS).prop_map(Operand::DaysAgo);
    let known =
        prop::sample::select(vec![Operand::Null, Operand::Anything, Operand::Now, Operand::Me]);
    prop_oneof![4 => any::<String>().prop_map(Operand::Text), 1 => days, 2 => known]
}

fn comparison() -> impl Strategy<Value = Filter> {
    let signs: Vec<Operator> = Operator::SIGNS.iter().map(|(_, operator)| *operator).collect();
    let field = "[a-z][a-z_.0-9]{0,5}";
    (field, prop::sample::select(signs), operand())
        .prop_map(|(field, operator, operand)| Filter::Is(Comparison { field, operator, operand }))
}

fn filters() -> impl Strategy<Value = Filter> {
    comparison().prop_recursive(MAX_DEPTH as u32, 20, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Filter::All),
            vec(inner.clone(), 2..4).prop_map(Filter::Any),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _ = parse(&text).map(|read| read.spots.len());
    }

    /// The letters that mean something, so that more of it is reached.
    #[test]
    fn any_text_of_the_language_is_read_or_refused(
        words in vec(prop::sample::select(vec![
            "a", "b", "=", "!=", "<", ">=", ":", "*", "(", ")", "\"", "'", "\\", "-", " ", "AND",
            " OR ", "NOT ", "now(", "days_ago(", "7", "me()", "null", ",", "软", "\u{0}",
        ]), 0..40),
    ) {
        let text = words.concat();
        match parse(&text) {
            Ok(read) => {
                // What was read can be said again, and means the same.
                let said = read.filter.to_string();
                prop_assert_eq!(parse(&said).unwrap().filter, read.filter);
            }
            Err(finding) => {
                let offset = finding.params["offset"].as_u64().unwrap() as usize;
                prop_assert!(text.is_char_boundary(offset), "{} in {:?}", offset, text);
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same(filter in filters()) {
        let text = filter.to_string();
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read.filter, filter),
            // Only for being too large.
            Err(finding) => {
                let expected = finding.params["expected"].as_str().unwrap();
                prop_assert!(expected.starts_with("at most"), "{}: {}", text, expected);
            }
        }
    }
}
