//! Names become addresses, and every address is judged, in one step: what was judged is what is
//! connected to. A name that answers differently a moment later gains nothing.
//!
//! A check before the call and a second lookup by the client would leave room for a change in between. A
//! name of which any address is not public is refused.

use crate::problems::URL_UNRESOLVED;
use crate::target::{Network, Policy, Target, refused};
use guanxi_kernel::Result;
use reqwest::dns::{Addrs, Name, Resolving};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

/// What a resolver answers in the end.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `name`, which is lower-case ASCII.
    fn resolve(&self, name: &str) -> Lookup;
}

/// The resolver of the operating system, with its hosts file and search domains.
///
/// A lookup occupies a thread of tokio's pool for blocking work until the system's own limits for
/// the DNS end it, also when the attempt that asked has long been given up.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: &str) -> Lookup {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupError {
    #[error("the name has an address of a network that is not called: {0}")]
    Refused(Network),
    #[error("the name has no address")]
    Nothing,
    #[error("the name could not be looked up")]
    Failed(#[from] io::Error),
}

/// Lets only judged addresses through to the connector.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) policy: Policy,
}

impl Guard {
    /// All addresses of `name`. One that is not called spoils the others: a name that leads inside
    /// as well as outside is not set up by accident.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let found = self.resolver.resolve(name).await?;
        if found.is_empty() {
            return Err(LookupError::Nothing);
        }
        for address in &found {
            self.policy.permits(*address).map_err(LookupError::Refused)?;
        }
        Ok(found)
    }

    /// Whether `target` could be called now.
    pub(crate) async fn examine(&self, target: &Target) -> Result<()> {
        let Some(name) = target.name() else { return Ok(()) };
        match self.addresses(name).await {
            Ok(_) => Ok(()),
            Err(LookupError::Refused(network)) => Err(refused(network)),
            Err(error) => Err(URL_UNRESOLVED.problem().because(error)),
        }
    }
}

/// Asked by the client once for each connection; hosts that are addresses never come here.
impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.addresses(name.as_str()).await?;
            // Port 0 stands for the port of the URL.
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
