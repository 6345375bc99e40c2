// Package mqtt parses MQTT 3.1, 3.1.1 and 5.0 over TCP (OASIS MQTT Version 5.0;
// section numbers are that document's).
//
// It stands behind dataplane/app. A message that asks for an answer, and what
// belongs to it, is one transaction: CONNECT and CONNACK; PUBLISH and PUBACK, or
// PUBREC, PUBREL and PUBCOMP; SUBSCRIBE and SUBACK; UNSUBSCRIBE and UNSUBACK. All
// others are transactions of their own. Rules see a transaction in the direction
// of its first message, each message's buffers as soon as it is whole.
//
// A DISCONNECT that has a reason code and no properties is shown with code 0, as
// Suricata shows it.
//
// Ownership: a message's octets lie in Env.Keep, first with the side that sends
// it, then with its transaction. Transactions come from the worker's list.
//
// Concurrency: one worker.
//
// Limits: a message longer than Options.MaxMessage is skipped but for its header.
// A transaction has at most Options.Messages messages, a flow maxOpen transactions
// that wait for an answer, a worker Options.Transactions. Rules see the first
// Options.Topics topics.
package mqtt
