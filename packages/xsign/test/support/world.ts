import assert from "node:assert/strict";
import { allowDevice } from "../../../server/test/support/device-grant.ts";
import type { FormBrowser } from "../../../server/test/support/form-browser.ts";
import { type LoggedInDevice, type RunningServer, startServer } from "../../../server/test/support/server.ts";
import { createMachine, type Machine } from "./xsign.ts";

/** A server with Alice on it, and her machine, on which nobody is signed in yet. */
export async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const machines: Machine[] = [];
	const newMachine = () => {
		const machine = createMachine();
		machines.push(machine);
		return machine;
	};
	const machine = newMachine();
	return {
		...{ server, browser, machine, newMachine },
		async [Symbol.asyncDispose]() {
			for (const each of machines) each[Symbol.dispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

/** Signs the machine in with a token, which is the quickest way; the device it is from then on. */
export async function signIn(
	server: RunningServer,
	machine: Machine,
	homeserver = server.url,
): Promise<LoggedInDevice> {
	const device = await server.loginDevice({ localpart: "alice" });
	const login = await machine.run(["login", "--token", homeserver], `${device.accessToken}\n`);
	assert.equal(login.exit, 0, login.out + login.complaint);
	return device;
}

/** Signs the machine in by a code, so that it refreshes its tokens however long it takes. The device it is then. */
export async function signInByCode(
	{ browser, machine }: { readonly browser: FormBrowser; readonly machine: Machine },
	homeserver: string,
): Promise<string> {
	const login = machine.start(["login", homeserver]);
	const [, code = ""] = await login.says(/enter (\S+)/);
	await allowDevice(browser, code);
	const { exit, out, complaint } = await login.ended;
	assert.equal(exit, 0, out + complaint);
	return out.match(/device (\S+)\./)?.[1] ?? "";
}

/** Signs the machine in and sets an identity up, its recovery key in the file `key`; the fingerprint. */
export async function setUp(server: RunningServer, machine: Machine, homeserver = server.url) {
	const device = await signIn(server, machine, homeserver);
	return { device, fingerprint: await setUpIdentity(machine) };
}

/** Sets an identity up on a machine that is signed in. */
export async function setUpIdentity(machine: Machine): Promise<string> {
	const setup = await machine.run(["setup", "--json", "--save-recovery-key", machine.path("key")]);
	assert.equal(setup.exit, 0, setup.out + setup.complaint);
	const { fingerprint } = setup.lines().at(-1);
	assert.equal(typeof fingerprint, "string");
	return fingerprint;
}

/** What `status --json` says. */
export async function statusOf(machine: Machine) {
	const status = await machine.run(["status", "--json"]);
	assert.equal(status.exit, 0, status.out + status.complaint);
	return status.lines()[0].status;
}
