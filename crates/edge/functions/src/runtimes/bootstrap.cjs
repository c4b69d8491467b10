// Runs a function for keepwell: a client of the Lambda Runtime API on nothing but Node.js itself.
//
// It behaves as AWS's runtime for Node.js does: the same context, errors, log lines, and both styles of handlers.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const util = require("node:util");
const { pathToFileURL } = require("node:url");

const API = "/2018-06-01/runtime/";
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

let requestId = "";

class Fault extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = type;
    if (cause && cause.stack) {
      this.stack = `${type}: ${message}\n${cause.stack.split("\n").slice(1).join("\n")}`;
    }
  }
}

function request(method, route, body, headers) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: API + route, headers };
    const sent = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    sent.setTimeout(0);
    sent.on("error", reject);
    sent.end(body);
  });
}

function post(route, text, headers) {
  const body = Buffer.from(text);
  return request("POST", route, body, { "Content-Type": "application/json", "Content-Length": body.length, ...headers });
}

// The error as the caller sees it.
function described(error) {
  if (util.types.isNativeError(error) || (error && error.name && error.message !== undefined && error.stack)) {
    return { errorType: String(error.name), errorMessage: String(error.message), trace: String(error.stack).split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function fail(route, error) {
  const told = described(error);
  const type = told.errorType.replace(/[^\x20-\x7e]/g, "?");
  return post(route, JSON.stringify(told), { "Lambda-Runtime-Function-Error-Type": type });
}

// One record a line: what is more stands behind carriage returns.
function print(level, text) {
  const line = [new Date().toISOString(), requestId || "undefined", level, text].join("\t").replace(/\n/g, "\r");
  fs.writeSync(1, `${line}\n`);
}

function patchConsole() {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...told) => print(level, util.format(...told));
  }
}

function logError(what, error) {
  print("ERROR", `${what}\t${JSON.stringify({ ...described(error), stack: described(error).trace, trace: undefined })}`);
}

function existing(base) {
  return ["", ".js", ".mjs", ".cjs"].map((end) => base + end).find((file) => {
    try {
      return fs.statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

async function loadModule(root, name) {
  const file = existing(path.resolve(root, name)) || require.resolve(name, { paths: [root, path.join(root, "..")] });
  try {
    return require(file);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM" && error.code !== "ERR_REQUIRE_ASYNC_MODULE" && !isModuleSyntax(error, file)) {
      throw error;
    }
  }
  return import(pathToFileURL(file).href);
}

// A file of ES module syntax that nothing marks as such.
function isModuleSyntax(error, file) {
  return error instanceof SyntaxError && file.endsWith(".mjs");
}

async function load(root, handler) {
  const folder = path.dirname(handler);
  const match = /^([^.]*)\.(.*)$/.exec(path.basename(handler));
  if (handler.includes("..") || !match) {
    throw new Fault("Runtime.MalformedHandlerName", `Bad handler ${handler}`);
  }
  const [, name, member] = match;
  let module;
  try {
    module = await loadModule(root, path.join(folder, name));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Fault("Runtime.UserCodeSyntaxError", String(error), error);
    }
    if (error && (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND")) {
      throw new Fault("Runtime.ImportModuleError", String(error), error);
    }
    throw error;
  }
  const find = (from) => member.split(".").reduce((found, part) => (found === undefined || found === null ? undefined : found[part]), from);
  const found = find(module) ?? find(module.default);
  if (found === undefined) {
    throw new Fault("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new Fault("Runtime.HandlerNotFound", `${handler} is not a function`);
  }
  return found;
}

function contextOf(headers, done) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const clientContext = headers["lambda-runtime-client-context"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    done: (error, result) => done(error, result),
    succeed: (result) => done(null, result),
    fail: (error) => done(error === undefined || error === null ? "handled" : error),
  };
}

// Settles with the handler's result, by whichever way it gives it.
function run(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error, result) => {
      settled = true;
      process.removeListener("beforeExit", idle);
      if (error === undefined || error === null) {
        resolve(result);
      } else {
        reject(error);
      }
    };
    // Nothing is left to happen: a handler that has not answered by now never will.
    const idle = () => settle(...(answer ?? []));
    let answer;
    const done = (error, result) => {
      if (settled || answer) {
        return;
      }
      answer = [error, result];
      if (!context.callbackWaitsForEmptyEventLoop) {
        settle(...answer);
      }
    };
    const context = contextOf(headers, done);
    process.on("beforeExit", idle);
    const returned = handler(event, context, (error, result) => done(error, result));
    if (returned && typeof returned.then === "function") {
      returned.then((result) => settle(null, result), (error) => settle(error ?? new Error(String(error))));
    }
  });
}

async function serve(handler) {
  for (;;) {
    const { status, headers, body } = await request("GET", "invocation/next");
    if (status !== 200) {
      throw new Error(`the Runtime API answered ${status}`);
    }
    requestId = headers["lambda-runtime-aws-request-id"];
    const route = `invocation/${requestId}/`;
    if (headers["lambda-runtime-trace-id"]) {
      process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    } else {
      delete process.env._X_AMZN_TRACE_ID;
    }
    try {
      const result = await run(handler, JSON.parse(body.toString()), headers);
      let text;
      try {
        text = JSON.stringify(result === undefined ? null : result);
      } catch (error) {
        throw new Fault("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`, error);
      }
      await post(`${route}response`, text ?? "null");
    } catch (error) {
      logError("Invoke Error ", error);
      await fail(`${route}error`, error);
    }
  }
}

// What nobody caught ends the process, and the call with it.
function die(what, status) {
  return async (error) => {
    logError(what, error);
    try {
      await fail(requestId ? `invocation/${requestId}/error` : "init/error", error);
    } finally {
      process.exit(status);
    }
  };
}

async function main() {
  patchConsole();
  process.on("uncaughtException", die("Uncaught Exception ", 129));
  process.on("unhandledRejection", (reason) => {
    const error = new Fault("Runtime.UnhandledPromiseRejection", String(reason), reason);
    return die("Unhandled Promise Rejection ", 128)(error);
  });
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    logError("Uncaught Exception ", error);
    await fail("init/error", error);
    process.exit(1);
  }
  await serve(handler);
}

main();
