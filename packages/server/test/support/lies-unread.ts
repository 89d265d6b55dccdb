import { readFileSync } from "node:fs";

/**
 * Whether the kernel holds something for this port that its process has not read: so that "it was sent and nobody has
 * seen it" is looked up and not waited for. Linux, IPv4.
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function liesUnread(port: number): boolean {
	const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
	const connections = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
	return connections.some((line) => {
		const [, address, , state, queues] = line.trim().split(/\s+/);
		const unread = Number.parseInt(queues?.split(":")[1] ?? "0", 16);
		return address?.endsWith(local) === true && state === established && unread > 0;
	});
}

const established = "01";
