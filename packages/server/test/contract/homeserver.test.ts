import { after } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { createConnection } from "../../src/homeserver/embedded/index.ts";
import { dialect, openTemporaryStorage } from "../support/storage.ts";
import { homeserverContract } from "./homeserver.ts";

const storage = await openTemporaryStorage();
after(() => storage.close());

homeserverContract(`the embedded homeserver on ${dialect}`, async () => ({
	storage,
	homeserver: createConnection({ storage, clock: () => 1 }),
	async settled() {},
	async devicesOf(accountId) {
		const devices = await storage.read.devices.list(accountId);
		return devices.map(({ deviceId }) => deviceId).sort();
	},
	deviceName: async (accountId, deviceId) =>
		(await storage.read.devices.find(accountId, asDeviceId(deviceId)))?.displayName,
}));
