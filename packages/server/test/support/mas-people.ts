/** Tokens as MAS makes them, with check sums by Python's zlib; used by nobody. */
export const masTokens = {
	anna: {
		access: "mat_OhbVrpoiVgRV5IfLBcbfnoGMbJmTPS_JLZMZ1",
		refresh: "mar_PDjqipVJIqVLB5LzxoiGFfWd3hjOkY_0chhjM",
		/** Used, and nobody knows whether what followed arrived. */
		half: "mar_RBMeyyMDHqJ38aRUhR4IWrXPvhsBkD_UY78k1",
		next: "mar_a9U4UqGWlG6g3Ot1OGMmjxWkI9X7H6_IE6yF4",
		nextAccess: "mat_IAoCLrZ3aWZkSBvrjn9Wvgfygw2wMq_0jl0Ir",
		/** Of a session that ended. */
		ended: "mat_ZcUDIh7yfJs1ON43xKmTecQoXsf2o3_yOr1F2",
	},
	bert: {
		lasting: "mct_evbLJoLoaeTOdoe5c3veGprQFnIiU7_ye1cg1",
		synapse: "syt_YWxpY2U_wXeNsFGCmmmjOepmgIHC_2ix8HU",
		refresh: "mcr_jmsn9dLVIdVuddLEG62Hkd9Gf2leMe_88s073",
		refreshed: "mct_4KKEpYEZAmggQBwBAD3UdRPPgdzUvZ_1yPoE1",
		expired: "mct_3gpmmICiBlrDp37eCZ32JgdPI1af7W_SmxCM3",
	},
	cleo: {
		admin: "mct_2pkAFEn3z5dkyayq7YYDsBS9UYJQTF_udaXB4",
		personal: "mpt_QPtDu7W7eaDNKgeInGqi7w4e4pxskC_nAeLL2",
		/** Without a device. */
		loose: "mpt_1ITtNZPHaQ0Jt7Qg84iqh4gVJjrsMn_xqUt84",
		secret: "mar_aMuFbh7x41Ztpdp4K8ffUF0eWIXiiQ_AcQfx1",
		secretAccess: "mat_gyrDO1xkxwnQrS7RPeMOkIUpkDyr7O_M4Bt81",
		signing: "mar_E8JkqH3MB9n7IWUSmTtzQPxC5HChpo_iIiGb1",
	},
} as const;

/** Under these ids, as a database and as apps have them. */
export const masIds = {
	anna: ["01900000-0000-7000-8000-0000000000a1", "01J0000000E008000000000051"],
	bert: ["01900000-0000-7000-8000-0000000000a2", "01J0000000E008000000000052"],
	cleo: ["01900000-0000-7000-8000-0000000000a3", "01J0000000E008000000000053"],
	native: ["01900000-0000-7000-8000-0000000000c1", "01J0000000E008000000000061"],
	withSecret: ["01900000-0000-7000-8000-0000000000c2", "01J0000000E008000000000062"],
	script: ["01900000-0000-7000-8000-0000000000c5", "01J0000000E008000000000065"],
	service: ["01900000-0000-7000-8000-0000000000d1", "01J0000000E00800000000006H"],
} as const;

const id = (end: string) => `01900000-0000-7000-8000-0000000000${end}`;
const at = "'2026-01-02T03:04:05.678Z'";
const over = "'2026-02-02T03:04:05Z'";
const api = "urn:matrix:org.matrix.msc2967.client:api:*";
const device = "urn:matrix:org.matrix.msc2967.client:device:";
const list = (...words: readonly string[]) => `'{${words.map((word) => `"${word}"`).join(",")}}'`;

const people = [
	["a1", "anna", "NULL", "NULL", "FALSE", "FALSE"],
	["a2", "bert", "NULL", "NULL", "FALSE", "FALSE"],
	["a3", "cleo", "NULL", "NULL", "TRUE", "FALSE"],
	["a4", "dora", at, "NULL", "FALSE", "FALSE"],
	["a5", "eddi", "NULL", at, "FALSE", "FALSE"],
	["a6", "gast", "NULL", "NULL", "FALSE", "TRUE"],
	["a7", "fred", "NULL", "NULL", "FALSE", "FALSE"],
] as const;

const hashes = [
	["a1", 1, "$2b$04$co1Bfb8q7BQiOWCgVYw4/e1jNYbmUIgbmIcjvuxIMgBmwFH0ZgdTK"],
	["a2", 2, "$pbkdf2-sha256$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$oi+mFR3L5h3xpeMht+su70GZ9tUR/D3pPww50J/aQPo"],
	["a3", 3, "$argon2id$v=19$m=64,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$88LwaocJynv5TAvDRAu1UxuuOPiwR2sMfcVkddJCr3Q"],
	[
		"a4",
		4,
		"$argon2id$v=19$m=128,t=1,p=2$AAECAwQFBgcICQoLDA0ODw$NXi0lOgG3gRWLqNoe/IYPzg4YGiDDeOPe4uBPPIrnYg",
	],
	[
		"a7",
		4,
		"$argon2id$v=19$m=128,t=1,p=2$AAECAwQFBgcICQoLDA0ODw$NXi0lOgG3gRWLqNoe/IYPzg4YGiDDeOPe4uBPPIrnYg",
	],
] as const;

/** Everybody's password there. */
export const masPassword = "hunter22";

const each = (table: string, rows: readonly string[]) =>
	rows.map((row) => `INSERT INTO ${table} VALUES (${row})`);

interface Secrets {
	/** Of the client that has one, under `secrets.encryption`. */
	readonly encrypted: string;
	/** SHA-256 of a token in hexadecimal digits. */
	sha256(token: string): string;
}

const { anna, bert, cleo } = masTokens;

export function masRows({ encrypted, sha256 }: Secrets): readonly string[] {
	const personal = (end: string, token: string, expires = "NULL") =>
		`INSERT INTO personal_access_tokens VALUES ('${id(end)}', '${id(end)}', '\\x${sha256(token)}', ${at}, ${expires}, NULL)`;
	return [
		...people.map(
			([end, name, locked, closed, admin, guest]) =>
				`INSERT INTO users VALUES ('${id(end)}', '${name}', ${at}, ${locked}, ${closed}, ${admin}, ${guest})`,
		),
		`INSERT INTO user_sessions VALUES (gen_random_uuid(), '${id("a1")}', ${at})`,
		// The newest counts.
		`INSERT INTO user_passwords VALUES (gen_random_uuid(), '${id("a1")}', 'old', '2025-01-01', 4)`,
		...hashes.map(
			([end, version, hash]) =>
				`INSERT INTO user_passwords VALUES (gen_random_uuid(), '${id(end)}', '${hash}', ${at}, ${version})`,
		),
		`INSERT INTO user_emails VALUES ('${id("a1")}', 'anna@example.org', ${at}), ('${id("a1")}', 'anna@example.org', ${over})`,
		`INSERT INTO user_unsupported_third_party_ids VALUES ('${id("a2")}', 'msisdn', '123', ${at})`,
		`INSERT INTO upstream_oauth_providers VALUES ('${id("d1")}', 'https://sso.example/', 'Example', NULL, 'openid', 'us',
			'hidden', 'client_secret_basic')`,
		`INSERT INTO upstream_oauth_links VALUES ('${id("d1")}', '${id("a1")}', 'anna-there'), ('${id("d1")}', NULL, 'nobody')`,
		`INSERT INTO user_registration_tokens VALUES ('${id("d2")}', 'come-in', 5, 2, ${at})`,
		...each("oauth2_clients", [
			`'${id("c1")}', NULL, '{"io.example.app:/callback","http://192.0.2.1/not-for-a-native-app"}', NULL, TRUE, TRUE, FALSE, TRUE, 'App of some years', 'http://example.org/logo', 'https://example.org/', NULL, NULL, NULL, 'none', ${at}, FALSE`,
			`'${id("c2")}', '${encrypted}', '{"https://tool.example/back"}', 'web', TRUE, TRUE, FALSE, FALSE, 'Tool', NULL, NULL, NULL, NULL, 'RS256', 'client_secret_basic', NULL, TRUE`,
			`'${id("c3")}', '${encrypted}', '{"https://jwt.example/back"}', 'web', TRUE, TRUE, FALSE, FALSE, 'Signer', NULL, NULL, NULL, NULL, NULL, 'client_secret_jwt', ${at}, TRUE`,
			`'${id("c4")}', '${encrypted}', '{}', NULL, FALSE, FALSE, TRUE, FALSE, 'Machine', NULL, NULL, NULL, NULL, NULL, 'client_secret_post', ${at}, FALSE`,
			// Of MAS's settings file: it lets each of those do everything.
			`'${id("c5")}', '${encrypted}', '{}', NULL, TRUE, TRUE, TRUE, TRUE, 'Script', NULL, NULL, NULL, NULL, NULL, 'client_secret_post', NULL, TRUE`,
		]),
		...each("oauth2_sessions", [
			`'${id("e1")}', '${id("a1")}', '${id("c1")}', ${list("openid", "email", api, `${device}ANNASPHONE`)}, ${at}, NULL, 'App/1', ${over}, '192.0.2.7', 'Phone'`,
			`'${id("e2")}', '${id("a1")}', '${id("c1")}', ${list(api, `${device}ANNASTABLET`)}, ${at}`,
			`'${id("e3")}', '${id("a1")}', '${id("c1")}', ${list(api, `${device}ANNASENDED`)}, ${at}, ${over}`,
			`'${id("e4")}', '${id("a1")}', '${id("c1")}', ${list("urn:mas:graphql:*")}, ${at}`,
			`'${id("e5")}', '${id("a3")}', '${id("c2")}', ${list("openid", api, `${device}CLEOSTOOLS`, "urn:synapse:admin:*")}, ${at}`,
			`'${id("e6")}', '${id("a3")}', '${id("c3")}', ${list(api, `${device}CLEOSSIGNER`)}, ${at}`,
			`'${id("e7")}', NULL, '${id("c4")}', ${list("urn:mas:admin")}, ${at}`,
		]),
		...each("oauth2_access_tokens", [
			`'${id("f1")}', '${id("e1")}', '${anna.access}', ${at}, now() + interval '1 hour', NULL, ${at}`,
			`'${id("f2")}', '${id("e2")}', '${anna.nextAccess}', ${at}, now() + interval '1 hour'`,
			`'${id("f3")}', '${id("e3")}', '${anna.ended}', ${at}, NULL`,
			`'${id("f5")}', '${id("e5")}', '${cleo.secretAccess}', ${at}, NULL, NULL, ${at}`,
		]),
		...each("oauth2_refresh_tokens", [
			`'${id("11")}', '${id("e1")}', '${id("f1")}', '${anna.refresh}', ${at}`,
			`'${id("13")}', '${id("e2")}', '${id("f2")}', '${anna.next}', ${at}`,
			`'${id("12")}', '${id("e2")}', NULL, '${anna.half}', ${at}, ${over}, NULL, '${id("13")}'`,
			`'${id("15")}', '${id("e5")}', '${id("f5")}', '${cleo.secret}', ${at}`,
			`'${id("16")}', '${id("e6")}', NULL, '${cleo.signing}', ${at}`,
		]),
		...each("compat_sessions", [
			`'${id("21")}', '${id("a2")}', 'ODD ä/id', ${at}, NULL, FALSE, ${over}, '2001:db8::1', 'Old/1', 'Desk'`,
			`'${id("22")}', '${id("a2")}', 'SHORT', ${at}`,
			`'${id("24")}', '${id("a2")}', 'SHORT', ${over}`,
			`'${id("23")}', '${id("a3")}', 'CLEO', ${at}, NULL, TRUE`,
		]),
		...each("compat_access_tokens", [
			`'${id("31")}', '${id("21")}', '${bert.lasting}', ${at}`,
			`'${id("32")}', '${id("22")}', '${bert.synapse}', ${at}`,
			`'${id("33")}', '${id("24")}', '${bert.refreshed}', ${at}, now() + interval '1 hour'`,
			`'${id("34")}', '${id("24")}', '${bert.expired}', ${at}, ${over}`,
			`'${id("35")}', '${id("23")}', '${cleo.admin}', ${at}`,
		]),
		`INSERT INTO compat_refresh_tokens VALUES ('${id("41")}', '${id("24")}', '${id("33")}', '${bert.refresh}', ${at})`,
		...each("personal_sessions", [
			`'${id("51")}', '${id("a3")}', NULL, '${id("a3")}', 'a bot of Cleo', ${list("urn:matrix:client:api:*", "urn:matrix:client:device:CLEOSBOT00")}, ${at}`,
			`'${id("52")}', '${id("a3")}', NULL, '${id("a3")}', 'loose', ${list("urn:matrix:client:api:*")}, ${at}`,
			`'${id("53")}', '${id("a4")}', NULL, '${id("a7")}', 'of somebody locked', ${list("urn:matrix:client:api:*", "urn:matrix:client:device:OFDORA0000")}, ${at}`,
		]),
		personal("51", cleo.personal),
		personal("52", cleo.loose),
		`INSERT INTO queue_jobs VALUES ('completed', 'sync-devices'), ('scheduled', 'cleanup-queue-jobs')`,
	];
}
