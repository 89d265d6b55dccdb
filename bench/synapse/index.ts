/**
 * `npm run bench -- synapse`: Countersign beside a real Synapse, each case compared with Synapse by itself, or with the
 * bare server, in the same run. Every process is one of its own, on loopback, with data that are thrown away.
 *
 * Flow: Synapse is told of people -> tokens for all of them -> introspection, guard, undo, code exchange -> Synapse is away for
 * a while -> what an application service costs Synapse.
 */
import { cpus } from "node:os";
import { synapse } from "../../tools/requirements.ts";
import { introspection } from "../cases.ts";
import { compare } from "../compare.ts";
import { startBaseline } from "../processes.ts";
import { report, whereTimeGoes } from "../table.ts";
import { measureAppService } from "./app-service.ts";
import { measureExchange } from "./exchange.ts";
import { measureGuard } from "./guard.ts";
import { measureOutage } from "./outage.ts";
import { measureProvisioning } from "./provisioning.ts";
import { full, quick, type Sizes } from "./sizes.ts";
import { measureUndo } from "./undo.ts";
import { openWorld, type World } from "./world.ts";

export async function benchBesideSynapse(
	directory: string,
	{ quick: isQuick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<void> {
	const { skip } = synapse();
	if (skip !== false) {
		process.exitCode = 1;
		return say(skip);
	}
	const sizes = isQuick ? quick : full;
	await using world = await openWorld(directory, sizes.people);
	const machine = `${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}`;
	say(`${machine}, node ${process.version}, Synapse ${await versionOf(world)}\n`);
	say(await measureProvisioning(world, sizes));
	say(await measureIntrospection(world, sizes));
	say(await measureGuard(world, sizes));
	say(await measureUndo(world, sizes));
	say(await measureExchange(world, sizes));
	say(await measureOutage(world, sizes));
	say(await measureAppService(world, sizes));
}

/** Synapse tells it to everybody. */
async function versionOf({ synapse: { base } }: World): Promise<string> {
	const text = await (await fetch(`${base}_synapse/admin/v1/server_version`)).text();
	return /"server_version":\s*"([^"]+)"/.exec(text)?.[1] ?? "of an unknown version";
}

/** As Synapse writes its requests. */
const asSynapse = {
	headers: { accept: "application/json", "x-mas-supports-device-id": "1" },
	fields: "&token_type_hint=access_token",
};

async function measureIntrospection(world: World, { rounds }: Sizes): Promise<string> {
	const devices = await world.signIn(world.allPeople, "here alone");
	const baseline = await startBaseline();
	const one = introspection({ devices, introspectionSecret: world.secret }, asSynapse);
	const row = await compare(one, { countersign: world.countersign, baseline, rounds });
	await baseline.stop();
	return `${report([row])}\n${whereTimeGoes(row)}\n`;
}
