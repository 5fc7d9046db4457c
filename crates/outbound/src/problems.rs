//! Why an endpoint is refused.

use guanxi_kernel::Problem;
use guanxi_kernel::problem::{FieldError, Place};

/// The finding that `problem` is about the member at `pointer` of a body, e.g. `/url`.
pub fn finding(problem: &Problem, pointer: impl Into<String>) -> FieldError {
    FieldError {
        place: Place::Pointer(pointer.into()),
        code: problem.code(),
        params: problem.params().clone(),
    }
}

guanxi_kernel::problems! {
    /// Not an absolute URL as people and programs write them.
    URL_MALFORMED = Invalid "webhook_url_malformed"
        ("Not a URL", "Expected an absolute URL such as https://hooks.example.com/guanxi, without spaces, control characters and backslashes.")
        ("网址无效", "应为完整网址,例如 https://hooks.example.com/guanxi,不得包含空格、控制字符或反斜杠。");
    /// Longer than is kept.
    URL_TOO_LONG = Invalid "webhook_url_too_long"
        ("URL too long", "A webhook URL has at most {limit} characters.")
        ("网址过长", "网址最多{limit}个字符。");
    /// Another scheme than https.
    URL_NOT_HTTPS = Invalid "webhook_url_not_https"
        ("Not https", "Webhooks are sent by https only.")
        ("必须使用 https", "只能通过 https 发送。");
    /// A port where other services than webhooks are likely to answer.
    URL_PORT = Invalid "webhook_url_port"
        ("Port not allowed", "Webhooks are sent to these ports only: {allowed}.")
        ("端口不允许", "只能使用以下端口:{allowed}。");
    /// A user name or password in the URL.
    URL_CREDENTIALS = Invalid "webhook_url_credentials"
        ("Credentials in the URL", "A webhook URL has no user name and no password; use a header of the endpoint instead.")
        ("网址含有凭据", "网址不得包含用户名或密码,请改用端点的自定义请求头。");
    /// A fragment, which never reaches a server.
    URL_FRAGMENT = Invalid "webhook_url_fragment"
        ("Fragment in the URL", "A webhook URL has no part after #; it would not be sent.")
        ("网址含有片段", "网址不得包含 # 之后的部分,该部分不会被发送。");
    /// A host that is no name of the DNS.
    URL_HOST = Invalid "webhook_url_host"
        ("Host not valid", "The host must be a full DNS name without a trailing dot, or an IP address.")
        ("主机名无效", "主机应为完整域名(结尾不带点)或 IP 地址。");
    /// A name that means something in the local network only.
    URL_PRIVATE_NAME = Invalid "webhook_url_private_name"
        ("Name of the local network", "The host is a name of the local network; webhooks are sent to public names only.")
        ("内部网络名称", "该主机名属于内部网络,只能向公共域名发送。");
    /// An address, written out or found by the DNS, that is not called.
    URL_ADDRESS = Invalid "webhook_url_address"
        ("Address not allowed", "The host is or has an address of a network that is not called: {network}.")
        ("地址不允许", "该主机的地址属于不允许访问的网络:{network}。");
    /// The DNS knows no address of the name now.
    URL_UNRESOLVED = Invalid "webhook_url_unresolved"
        ("Name not found", "The host has no address in the DNS at present.")
        ("域名无法解析", "目前无法解析该主机的地址。");
    /// Not a secret as Standard Webhooks writes them.
    SECRET_MALFORMED = Invalid "webhook_secret_malformed"
        ("Not a webhook secret", "Expected whsec_ and the base64 of {least} to {most} bytes.")
        ("密钥格式无效", "应为 whsec_ 加上{least}至{most}字节的 base64。");
    /// A header that the sender or the protocol sets.
    HEADER_RESERVED = Invalid "webhook_header_reserved"
        ("Header is reserved", "This header is set by the sender and cannot be chosen.")
        ("请求头被保留", "该请求头由发送方设置,不能自定义。");
    /// A name or a value that is no header.
    HEADER_MALFORMED = Invalid "webhook_header_malformed"
        ("Not a header", "A name has up to {name} letters, digits and hyphens; a value has up to {value} visible ASCII characters.")
        ("请求头无效", "名称最多{name}个字符,由字母、数字和连字符组成;值最多{value}个可见 ASCII 字符。");
    /// More headers than are kept.
    HEADERS_TOO_MANY = Invalid "webhook_headers_too_many"
        ("Too many headers", "An endpoint has at most {limit} headers of its own.")
        ("请求头过多", "每个端点最多{limit}个自定义请求头。");
}
