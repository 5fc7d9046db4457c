//! Which handler a request goes to.
//!
//! actix tries the patterns of a program one after the other, and here there are more than a thousand. So they are
//! registered in compartments, one for each first word of a path (`/v1/parties…`), behind a guard that
//! compares no more than that word; a request looks at the patterns of its own compartment only.
//!
//! Which template a request is of is looked up in the same compartment and not asked of actix, which would
//! try them all again. The methods of all paths come from the registration, so a server starts without
//! making the document. Price: a router of our own around that of actix.

use actix_web::{
    HttpRequest, Resource, Route,
    dev::HttpServiceFactory,
    guard,
    http::Method,
    web::{self, ServiceConfig},
};
use serde_json::Value as Json;
use std::{collections::HashMap, sync::LazyLock};
use utoipa::openapi::{ComponentsBuilder, OpenApiBuilder, Paths, RefOr, Schema, path::HttpMethod};
use utoipa_actix_web::OpenApiFactory;

type Registration = Box<dyn FnOnce(&mut ServiceConfig)>;

/// What is served, in the order in which it is tried.
#[derive(Default)]
pub(crate) struct Routes {
    compartments: Vec<(String, Vec<Registration>)>,
    /// Which compartment is that of a word.
    places: HashMap<String, usize>,
    known: Vec<(String, Method)>,
    documented: Option<Documented>,
}

/// What handlers say of themselves.
#[derive(Default)]
struct Documented {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Routes {
    /// The same, which keeps what handlers say of themselves: that takes longer than to register them.
    pub(crate) fn documented() -> Self {
        Self { documented: Some(Documented::default()), ..Self::default() }
    }

    /// Registers a handler that documents itself.
    pub(crate) fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        if let Some(documented) = &mut self.documented {
            documented.paths.merge(handler.paths());
            handler.schemas(&mut documented.schemas);
        }
        let path = F::path();
        self.known.extend(F::methods().iter().map(|one| (path.clone(), method(one))));
        self.put(&path, |config| {
            config.service(handler);
        })
    }

    /// Registers a handler of a path.
    pub(crate) fn route(&mut self, method: &Method, path: &str, route: Route) -> &mut Self {
        self.known.push((path.to_owned(), method.clone()));
        let (to, route) = (path.to_owned(), route.method(method.clone()));
        self.put(path, move |config| {
            config.route(&to, route);
        })
    }

    /// Registers the only handler of a path, which answers for all other methods of it too.
    pub(crate) fn only(&mut self, method: &Method, path: &str, route: Route) -> &mut Self {
        self.known.push((path.to_owned(), method.clone()));
        let route = route.method(method.clone());
        self.closed(path, move |resource| resource.route(route))
    }

    /// Answers every method of a path that nobody has registered so far: no pattern behind it is tried.
    pub(crate) fn close(&mut self, path: &str) -> &mut Self {
        self.closed(path, |resource| resource)
    }

    fn closed(
        &mut self,
        path: &str,
        with: impl FnOnce(Resource) -> Resource + 'static,
    ) -> &mut Self {
        let to = path.to_owned();
        self.put(path, move |config| {
            let resource = with(web::resource(to));
            config.service(resource.default_service(web::to(crate::app::nowhere)));
        })
    }

    fn put(&mut self, path: &str, one: impl FnOnce(&mut ServiceConfig) + 'static) -> &mut Self {
        let Self { compartments, places, .. } = self;
        let word = first_word(path).to_owned();
        let place = *places.entry(word.clone()).or_insert_with(|| {
            compartments.push((word, Vec::new()));
            compartments.len() - 1
        });
        compartments[place].1.push(Box::new(one));
        self
    }

    /// The paths that are known so far, each with its methods, in the order of their registration.
    pub(crate) fn methods(&self) -> Vec<(String, Vec<Method>)> {
        let (mut all, mut places) = (Vec::new(), HashMap::new());
        for (path, method) in &self.known {
            let place = *places.entry(path).or_insert_with(|| {
                all.push((path.clone(), Vec::new()));
                all.len() - 1
            });
            all[place].1.push(method.clone());
        }
        all
    }

    /// Makes a program answer for all of it.
    pub(crate) fn register(self, config: &mut ServiceConfig) {
        for (word, all) in self.compartments {
            let own = guard::fn_guard(move |asked| first_word(asked.head().uri.path()) == word);
            let inside = |config: &mut ServiceConfig| all.into_iter().for_each(|one| one(config));
            config.service(web::scope("").guard(own).configure(inside));
        }
    }

    /// What handlers say of themselves, as the parts of an OpenAPI document.
    pub(crate) fn document(self) -> Json {
        let Documented { paths, schemas } = self.documented.unwrap_or_default();
        let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
        let document = OpenApiBuilder::new().paths(paths).components(Some(components)).build();
        serde_json::to_value(document).unwrap_or_default()
    }
}

fn method(known: &HttpMethod) -> Method {
    match known {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}

/// What stands behind `/v1/` up to the next slash; of other paths what stands first.
fn first_word(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_prefix("v1/").unwrap_or(path);
    path.split('/').next().unwrap_or_default()
}

/// The methods of every path, to tell a wrong method from a wrong path.
pub(crate) static METHODS: LazyLock<Vec<(String, Vec<Method>)>> = LazyLock::new(|| {
    let mut routes = Routes::default();
    crate::app::all(&mut routes);
    routes.methods()
});

/// A path with its methods.
pub(crate) type Known = (&'static str, &'static [Method]);

/// The same by first word.
static BY_WORD: LazyLock<HashMap<&str, Vec<Known>>> = LazyLock::new(|| {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for (path, methods) in METHODS.iter() {
        all.entry(first_word(path)).or_default().push((path.as_str(), methods.as_slice()));
    }
    all
});

/// The path that a request is for, e.g. `/v1/parties/{party_id}`, and its methods: the most literal one,
/// since `search` is no id.
fn known(path: &str) -> Option<Known> {
    let all = BY_WORD.get(first_word(path))?;
    let fitting = all.iter().filter(|(template, _)| fits(template, path));
    fitting.min_by_key(|(template, _)| template.matches('{').count()).copied()
}

/// The path that a request is for, as [`known`], in the one reading that actix has of it: decoded, but for
/// `%2F`, `%25` and `%2B`. The first word has to be spelled as it is, since compartments compare it as it came.
pub(crate) fn meant(request: &HttpRequest) -> Option<Known> {
    let path = request.match_info().as_str();
    if first_word(path) != first_word(request.path()) {
        return None;
    }
    known(path)
}

/// The template of the path that a request is for, as [`meant`].
pub(crate) fn template(request: &HttpRequest) -> Option<&'static str> {
    meant(request).map(|(template, _)| template)
}

/// Whether a path is one of a template such as `/v1/parties/{party_id}`.
fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(part))
                if known == part || (known.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_template_fits_its_paths_only() {
        assert!(fits("/v1/parties/{party_id}", "/v1/parties/1"));
        assert!(!fits("/v1/parties/{party_id}", "/v1/parties/"));
        assert!(!fits("/v1/parties/{party_id}", "/v1/parties/1/restore"));
        assert!(!fits("/v1/parties", "/v1/users"));
    }

    #[test]
    fn the_most_literal_path_is_meant() {
        let template = |path| known(path).map(|(template, _)| template);
        assert_eq!(template("/v1/parties/search"), Some("/v1/parties/search"));
        assert_eq!(template("/v1/parties/1"), Some("/v1/parties/{party_id}"));
        assert_eq!(template("/health/live"), Some("/health/live"));
        assert_eq!(template("/v1/nothing"), None);
    }

    #[test]
    fn a_path_is_read_as_actix_reads_it() {
        let read = |path: &str| template(&TestRequest::with_uri(path).to_http_request());
        let outcome = Some("/v1/campaigns/{campaign_id}/outcome");
        assert_eq!(read("/v1/campaigns/1/outcome"), outcome);
        assert_eq!(read("/v1/campaigns/1/outc%6Fme"), outcome);
        assert_eq!(read("/v1/campaigns/%31/%6futcome?a=%2f"), outcome);
        // A slash in a name is no slash of the path.
        assert_eq!(read("/v1/campaigns/1%2Foutcome"), Some("/v1/campaigns/{campaign_id}"));
        for elsewhere in ["/v1/c%61mpaigns/1/outcome", "/%761/campaigns", "/v1/campaigns%2F1"] {
            assert_eq!(read(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn paths_are_told_apart_by_one_word() {
        for (path, word) in [
            ("/v1/parties", "parties"),
            ("/v1/parties/{party_id}/contacts", "parties"),
            ("/v1", "v1"),
            ("/health/live", "health"),
            ("/openapi.json", "openapi.json"),
            ("/", ""),
        ] {
            assert_eq!(first_word(path), word, "{path}");
        }
    }

    /// As long as this holds the document need not be made to know what is served.
    #[test]
    fn what_is_served_is_what_is_documented() {
        let mut served: Vec<(String, Vec<String>)> = METHODS
            .iter()
            .map(|(path, methods)| (path.clone(), methods.iter().map(Method::to_string).collect()))
            .collect();
        let mut told = crate::document::methods();
        for (_, methods) in served.iter_mut().chain(&mut told) {
            methods.sort();
        }
        served.sort();
        told.sort();
        assert_eq!(served, told);
    }
}
