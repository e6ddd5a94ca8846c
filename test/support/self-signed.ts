/**
 * A certificate for 127.0.0.1 that nobody vouches for, valid until 2126, with its key: made with
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=IP:127.0.0.1,DNS:localhost`. It protects nothing.
 */
export const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgR6Qq2A00yIDH1CQ/
jDcxSaJwz4DHK8jY6tn9Ki0Z49uhRANCAAT2Q3ZSDdueZ63oiREMeBLN9puk7h5S
qEM3NzIAFnSeLp+5hVKjXsflSzA/5Y6Mc3jBmGFtZuqzOc+MtYXIG80W
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUdZA17kJqXECV4DLOB3t5Cdv6K9YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAzNDM0M1oYDzIxMjYxMDMx
MDM0MzQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT2Q3ZSDdueZ63oiREMeBLN9puk7h5SqEM3NzIAFnSeLp+5hVKjXsfl
SzA/5Y6Mc3jBmGFtZuqzOc+MtYXIG80Wo28wbTAdBgNVHQ4EFgQUmgVHKfsX87/N
g1Z12UDsdush7tkwHwYDVR0jBBgwFoAUmgVHKfsX87/Ng1Z12UDsdush7tkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDRwAwRAIgJMwfopuMw8mwgObJOx3BRghDyhBT8HYgaklIjAu1rkYCIAN9
gX6gQkuLNfWDlacFNLH5q9Z6k1i6TDDlNi0qsoHk
-----END CERTIFICATE-----`,
};
