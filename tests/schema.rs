//! The JSON Schemas in `data/schemas`: as the program prints them, and true of what it prints and reads.
//!
//! `SNAPSHOTS=overwrite cargo test --test schema` writes them anew.

use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{Hint, code, payload};
use feedfix::recognise::Recogniser;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const KINDS: [&str; 4] = ["answer", "catalogue", "list", "triage"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn printed(args: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_feedfix")).args(args).arg("--no-config").env_remove("FEEDFIX_CATALOGUE").output();
    String::from_utf8(run.expect("the program runs").stdout).expect("output is UTF-8")
}

fn schema(kind: &str) -> Value {
    serde_json::from_str(&printed(&["catalogue", "schema", "--of", kind])).expect("a schema is JSON")
}

#[test]
fn the_committed_schemas_are_those_that_are_printed() {
    let folder = root().join("data/schemas");
    for kind in KINDS {
        let path = folder.join(format!("{kind}.schema.json"));
        let now = printed(&["catalogue", "schema", "--of", kind]);
        if env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite") {
            fs::create_dir_all(&folder).expect("a folder for schemas");
            fs::write(&path, &now).expect("a writable schema");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == now, "{} is not up to date: SNAPSHOTS=overwrite cargo test --test schema", path.display());
    }
}

#[test]
fn answers_to_codes_are_as_the_schema_says() {
    let schema = schema("answer");
    let catalogue = feedfix::embedded();
    // Every seventh: enough to meet every kind of entry, and done soon.
    let names = catalogue.entries().step_by(7).filter_map(|id| catalogue.head(id)).map(|head| format!("{}:{}", head.provider, head.code));
    for name in names.chain(["plaid:NO_SUCH_CODE_AT_ALL".to_owned()]) {
        let answer = code::explain(&catalogue, &name, &Hint::default()).unwrap_or_else(|| panic!("{name} has no answer"));
        valid(&schema, &serde_json::to_value(&answer).expect("a record is JSON"), &name);
    }
}

#[test]
fn answers_to_payloads_are_as_the_schema_says() {
    let schema = schema("answer");
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let hint = Hint::default();
    let texts: Vec<String> = catalogue.wires().into_iter().flat_map(|(_, wire)| wire.sample).flatten().map(|sample| sample.text).collect();
    let others = ["", "nothing to see", r#"{"error": "access_denied"}"#, "\u{0}\u{1b}[31m"].map(str::to_owned);
    for text in texts.iter().step_by(5).chain(&others) {
        let answer = payload::answer(&catalogue, &recogniser.recognise(text.as_bytes(), &hint), &hint, Some("-"));
        valid(&schema, &serde_json::to_value(&answer).expect("a record is JSON"), text);
    }
}

#[test]
fn the_list_is_as_the_schema_says() {
    let list: Value = serde_json::from_str(&printed(&["list", "--format", "json"])).expect("a list is JSON");
    let count = list["codes"].as_array().map_or(0, Vec::len);
    assert!(count > 1000, "only {count} codes are listed");
    valid(&schema("list"), &list, "list");
}

#[test]
fn the_report_of_triage_is_as_the_schema_says() {
    let example = root().join("examples/sync.ndjson");
    let example = example.to_str().expect("a path in UTF-8");
    for args in [vec![example], vec![example, "--top", "2", "--since", "2026-11-30"], vec!["examples/no-such-file", example]] {
        let args: Vec<&str> = ["triage", "--format", "json"].into_iter().chain(args).collect();
        let report: Value = serde_json::from_str(&printed(&args)).expect("a report is JSON");
        assert!(report["groups"].as_array().is_some_and(|groups| !groups.is_empty()), "{report}");
        valid(&schema("triage"), &report, "triage");
    }
}

#[test]
fn catalogue_files_are_as_the_schema_says() {
    let schema = schema("catalogue");
    for folder in ["data", "tests/catalogue"] {
        for path in feedfix::catalogue::load::files_at(&root().join(folder)).expect("a readable folder") {
            let text = fs::read_to_string(&path).expect("a readable file");
            let value: Value = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            valid(&schema, &value, &shown(&path));
        }
    }
}

#[test]
fn the_schema_refuses_what_the_loader_refuses() {
    let schema = schema("catalogue");
    let wrong = [
        json!({"code": [{"code": "A", "colour": "red"}]}),
        json!({"code": [{"code": "A", "category": "sunshine"}]}),
        json!({"code": [{"code": 1}]}),
        json!({"codes": []}),
        json!({"code": [{"code": "A", "retry": {"wait_s": 1}}]}),
    ];
    for value in wrong {
        let text = toml::to_string(&value).expect("TOML");
        let mut findings = Vec::new();
        Catalogue::default().add(vec![feedfix::catalogue::load::read("x", &text, &mut findings)], &mut findings);
        assert!(!findings.is_empty(), "the loader takes {text}");
        assert!(fault(&schema, &schema, &value, "").is_some(), "the schema takes {value}");
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn valid(schema: &Value, value: &Value, name: &str) {
    if let Some(fault) = fault(schema, schema, value, "") {
        panic!("{name}: {fault}");
    }
}

/// The first place where a value is not as a schema says. It knows the keywords that the schemas use, and refuses others, so
/// that none is passed over; a whole validator would bring eighty packages.
fn fault(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let rules = match schema {
        Value::Bool(true) => return None,
        Value::Bool(false) => return Some(format!("{at} may not be there")),
        other => other.as_object().expect("a schema is an object or a truth value"),
    };
    let all = |list: &Value| list.as_array().cloned().unwrap_or_default();
    for (keyword, rule) in rules {
        let found = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => None,
            "$ref" => {
                let target = rule.as_str().and_then(|name| root.pointer(name.trim_start_matches('#')));
                fault(root, target.expect("a reference leads somewhere"), value, at)
            }
            "type" => {
                let types = if rule.is_array() { all(rule) } else { vec![rule.clone()] };
                (!types.iter().any(|kind| is_of(value, kind.as_str().unwrap_or_default()))).then(|| format!("{at} is {value}, not {rule}"))
            }
            "const" => (value != rule).then(|| format!("{at} is {value}, not {rule}")),
            "enum" => (!all(rule).contains(value)).then(|| format!("{at} is {value}, none of {rule}")),
            "minimum" => {
                value.as_f64().filter(|number| Some(*number) < rule.as_f64()).map(|number| format!("{at} is {number}, below {rule}"))
            }
            "maximum" => {
                value.as_f64().filter(|number| Some(*number) > rule.as_f64()).map(|number| format!("{at} is {number}, above {rule}"))
            }
            "anyOf" => {
                let faults: Vec<String> = all(rule).iter().map_while(|one| fault(root, one, value, at)).collect();
                (faults.len() == all(rule).len()).then(|| faults.join("; or "))
            }
            "oneOf" => {
                let fitting = all(rule).iter().filter(|one| fault(root, one, value, at).is_none()).count();
                (fitting != 1).then(|| format!("{at} is {value}, which fits {fitting} of the forms"))
            }
            "required" => {
                let lacking =
                    all(rule).into_iter().find(|key| key.as_str().is_some_and(|key| value.is_object() && value.get(key).is_none()));
                lacking.map(|key| format!("{at} lacks {key}"))
            }
            "properties" => {
                let known = rule.as_object().into_iter().flatten();
                known.into_iter().find_map(|(key, one)| fault(root, one, value.get(key)?, &format!("{at}/{key}")))
            }
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                let others = value.as_object().into_iter().flatten().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                others.into_iter().find_map(|(key, one)| fault(root, rule, one, &format!("{at}/{key}")))
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.into_iter().find_map(|(index, one)| fault(root, rule, one, &format!("{at}/{index}")))
            }
            other => panic!("this validator does not know {other:?}"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("this validator knows no type {other:?}"),
    }
}
