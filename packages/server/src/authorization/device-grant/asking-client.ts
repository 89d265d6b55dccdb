import { type Form, oauthError } from "../../http/index.ts";
import { type ClientSecrets, tooManySecrets } from "../client-secrets.ts";
import type { AuthorizationStorage, ClientRecord } from "../ports.ts";
import { throttled } from "./throttled.ts";

interface Deps {
	readonly storage: AuthorizationStorage;
	readonly secrets: ClientSecrets;
}

interface Asking {
	readonly form: Form;
	readonly authorization: string | null;
	readonly address: string;
}

type Known =
	| { readonly ok: true; readonly client: ClientRecord }
	| { readonly ok: false; readonly answer: Response };

/**
 * The app that asks. One that has a secret shows it here as at the token endpoint, in the way that it registered: else
 * whoever knows its id has codes made in its name.
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.1
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export async function findAskingClient(
	{ storage, secrets }: Deps,
	{ form, authorization, address }: Asking,
): Promise<Known> {
	const named = form.text("client_id");
	const basic = readBasic(authorization);
	if (basic !== undefined && named !== "" && named !== basic.id)
		return refused(
			oauthError(400, "invalid_request", "client_id is not the one of the Authorization header"),
		);
	const id = named === "" ? basic?.id : named;
	if (id === undefined) return refused(oauthError(400, "invalid_request", "client_id is missing"));
	const client = await storage.read.clients.find(id);
	const unknown = () => refused(invalidClient("The client is not registered", basic !== undefined));
	if (client === undefined) return unknown();
	const { token_endpoint_auth_method: method, client_secret_hash: known } = client.metadata;
	if (method === "none") return { ok: true, client };
	const shown = method === "client_secret_basic" ? basic?.secret : form.value("client_secret");
	if (shown === undefined) return refused(invalidClient(`The client shows its secret by ${method}`, true));
	const compared = await secrets.compare(shown, known, address);
	if (!compared.ok) return refused(throttled(tooManySecrets, compared.retryAfterMs));
	return compared.isRight ? { ok: true, client } : refused(invalidClient("The secret is wrong", true));
}

/** Both are encoded as a form has it, which most apps leave out: what cannot be decoded stays as it is. */
function readBasic(header: string | null): { readonly id: string; readonly secret: string } | undefined {
	const given = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? "")?.[1];
	const text = given === undefined ? "" : Buffer.from(given, "base64").toString();
	const colon = text.indexOf(":");
	return colon < 0
		? undefined
		: { id: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) };
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll("+", "%20"));
	} catch {
		return text;
	}
}

function invalidClient(why: string, isByHeader: boolean): Response {
	const answer = oauthError(401, "invalid_client", why);
	if (isByHeader) answer.headers.set("www-authenticate", 'Basic realm="countersign"');
	return answer;
}

function refused(answer: Response): Known {
	return { ok: false, answer };
}
