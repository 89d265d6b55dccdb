import { randomUUID } from "node:crypto";
import { type FormUnderAttack, stranger } from "./forms-under-attack.ts";
import { openRegister, registrationCode } from "./registering.ts";
import { password, type ServerOptions } from "./server.ts";

/** Where an address is asked for of who registers. */
const addressFirst: ServerOptions = { registration: { needsAddress: true } };

/** Those that only such a server has. */
export const formsBeforeRegistering: readonly FormUnderAttack[] = [
	{
		route: "/register/address",
		...{ stranger: true, on: addressFirst },
		open: (world) => stranger(world, "/register"),
		filled: { email: "carol@example.org" },
	},
	{
		route: "/register/code",
		...{ stranger: true, on: addressFirst },
		async open(world) {
			const { browser, page: first } = await stranger(world, "/register");
			const email = `c${randomUUID()}@example.org`;
			const page = await browser.press(first, "Send a code", { email });
			return { browser, page, answer: { code: await registrationCode(world.server, email) } };
		},
		filled: {},
	},
	{
		route: "/register/not-you",
		...{ stranger: true, on: addressFirst },
		async open(world) {
			const { browser, page: first } = await stranger(world, "/register");
			const email = `c${randomUUID()}@example.org`;
			return { browser, page: await browser.press(first, "Send a code", { email }) };
		},
		filled: {},
	},
	{
		route: "/register",
		...{ stranger: true, on: addressFirst },
		async open({ server }) {
			const browser = server.browser();
			const page = await openRegister(server, browser, { address: `c${randomUUID()}@example.org` });
			return { browser, page };
		},
		filled: { username: "carol", password },
	},
];
