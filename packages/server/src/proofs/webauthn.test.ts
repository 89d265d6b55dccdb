import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyRegistration } from "./webauthn.ts";

const site = { origin: "http://localhost:8080", host: "localhost" };

/**
 * Attested as `android-key`, by a certificate of anybody's own making that says where to ask whether it is revoked:
 * http://127.0.0.1:9/inside. Good until 2090.
 */
const attestationObject = [
	"o2NmbXRrYW5kcm9pZC1rZXlnYXR0U3RtdKNjYWxnJmNzaWdYRgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABjeDVjglkBgTCCAX0wggEjoAMCAQICAQIwCgYIKoZIzj0EAwIw",
	"DDEKMAgGA1UEAxMBcjAgFw0yNjAxMDEwMDAwMDBaGA8yMDkwMDEwMTAwMDAwMFowDDEKMAgGA1UEAxMBbDBZMBMGByqGSM49",
	"AgEGCCqGSM49AwEHA0IABOBAc3PEW3P9ZCpXvZGlFf8XqGAOHw5epZ2FxCR8wcFvRbwB4ywxqGkeP5a5aekkcVS-NnQFh1OU",
	"qZIz82PYqxujdDByMCoGA1UdHwQjMCEwH6AdoBuGGWh0dHA6Ly8xMjcuMC4wLjE6OS9pbnNpZGUwRAYKKwYBBAHWeQIBEQQ2",
	"MDQCAQQKAQECAQQKAQEEICXiU8YAWkRYeArFp4unsfGIAUK7wPNp986ai0qcFsbvBAAwADAAMAoGCCqGSM49BAMCA0gAMEUC",
	"IA4QQiKeICNMtVNaAUJUwTik-ekElvxgR5h2CPgWbN6eAiEA1pu4lPxfKtbdWBqEPw7EiFRrt4C7wCtOQdZMw1LsaHRZAR0w",
	"ggEZMIG_oAMCAQICAQEwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAxMBcjAgFw0yNjAxMDEwMDAwMDBaGA8yMDkwMDEwMTAwMDAw",
	"MFowDDEKMAgGA1UEAxMBcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCXzl5bdMx1_KBThRQNrv1f8udw3Q1OnWSBDK6Pc",
	"RfhFnZHcgiXtG2M69d9Q7NdyxQtBPEC7ydx0qvilIBopC1SjEDAOMAwGA1UdEwQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh",
	"AIJOl0i30ZauAvaeUospF6dR2EGiHI9m1m286Zoif2TyAiEAnuVoQR8TOpNekRMpvP2VPL7AXbaLx1Y9nunU1DafgX1oYXV0",
	"aERhdGFYlEmWDeWIDoxodDQXD2R2YFuP5K65ooYyx5lc87qDHZdjRQAAAAAAAAAAAAAAAAAAAAAAAAAAABAwMTIzNDU2Nzg5",
	"YWJjZGVmpQECAyYgASFYIOBAc3PEW3P9ZCpXvZGlFf8XqGAOHw5epZ2FxCR8wcFvIlggRbwB4ywxqGkeP5a5aekkcVS-",
	"NnQFh1OUqZIz82PYqxs",
].join("");

const id = "MDEyMzQ1Njc4OWFiY2RlZg";
const clientDataJSON =
	"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiUVVGQiIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODA4MCJ9";
const answer = JSON.stringify({
	...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
	response: { clientDataJSON, attestationObject },
});

test("whoever makes a passkey makes this server ask nobody else anything", async (t) => {
	const asked = t.mock.method(globalThis, "fetch", async () => new Response("x"));
	assert.equal(await verifyRegistration(answer, { site, challenge: "QUFB" }), undefined);
	assert.equal(asked.mock.callCount(), 0);
});
