"""Runs a function for keepwell: a client of the Lambda Runtime API on nothing but the standard library.

It behaves as AWS's runtime for Python does: the same context, errors, log lines and forgiveness.
"""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

API = "/2018-06-01/runtime/"
ERROR_TYPE_HEADER = "Lambda-Runtime-Function-Error-Type"


class Fault(Exception):
    """What is wrong with the function before its code is to blame."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None

    def __repr__(self):
        return "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])"


class Client:
    def __init__(self, told):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, told.get(name))


class ClientContext:
    def __init__(self, told):
        self.custom = told.get("custom")
        self.env = told.get("env")
        self.client = Client(told["client"]) if told.get("client") else None


class LambdaContext:
    def __init__(self, request_id, deadline_ms, invoked_arn, client_context):
        self.aws_request_id = request_id
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = invoked_arn
        self.client_context = client_context
        self.identity = CognitoIdentity()
        self._deadline_ms = deadline_ms

    def get_remaining_time_in_millis(self):
        return max(int(self._deadline_ms - time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))
        sys.stdout.flush()

    def __repr__(self):
        names = (
            "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
            "function_version", "invoked_function_arn", "client_context", "identity",
        )
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in names)


class RequestIds(logging.Filter):
    """Gives every log record the id of the call that it was made in."""

    current = ""

    def filter(self, record):
        record.aws_request_id = RequestIds.current
        return True


def configure_logging():
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestIds())
    logging.getLogger().addHandler(handler)


def load(handler):
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (handler, error)) from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)
        ) from None
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault(
            "Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace
        ) from None
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)
        ) from None


def described(error, request_id):
    """The error as the caller sees it."""
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace
    else:
        frames = traceback.extract_tb(error.__traceback__)
        # What is ours and importlib's says nothing about the function.
        while frames and (frames[0].filename == __file__ or frames[0].filename.startswith("<frozen importlib")
                          or frames[0].filename == importlib.__file__):
            del frames[0]
        error_type, trace = type(error).__name__, traceback.format_list(frames)
    return {"errorMessage": str(error), "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def report(error):
    """One log record, its lines parted by carriage returns."""
    lines = ["[ERROR] %s: %s" % (error["errorType"], error["errorMessage"]), "Traceback (most recent call last):"]
    lines += error["stackTrace"]
    sys.stdout.write("\r".join(line.rstrip("\n").replace("\n", "\r") for line in lines) + "\n")


def plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


class RuntimeApi:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address)

    def next(self):
        self.connection.request("GET", API + "invocation/next")
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError("the Runtime API answered %s" % response.status)
        return response.headers, body

    def post(self, path, body, error_type=None):
        headers = {"Content-Type": "application/json"}
        if error_type:
            headers[ERROR_TYPE_HEADER] = error_type
        # What was printed belongs to the call that ends now.
        sys.stdout.flush()
        sys.stderr.flush()
        self.connection.request("POST", API + path, body, headers)
        self.connection.getresponse().read()

    def fail(self, path, error, request_id):
        told = described(error, request_id)
        report(told)
        # A name may hold what a header may not.
        error_type = told["errorType"].encode("ascii", "replace").decode()
        self.post(path, json.dumps(told).encode(), error_type)


def call(handler, headers, body):
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        event = json.loads(body)
        told = headers.get("Lambda-Runtime-Client-Context")
        client_context = ClientContext(json.loads(told)) if told else None
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None
    context = LambdaContext(
        request_id,
        int(headers["Lambda-Runtime-Deadline-Ms"]),
        headers["Lambda-Runtime-Invoked-Function-Arn"],
        client_context,
    )
    result = handler(event, context)
    try:
        return json.dumps(result, ensure_ascii=False, default=plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def main():
    # Lines appear when they are printed, and also when the function is killed after.
    sys.stdout.reconfigure(line_buffering=True)
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    configure_logging()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        api.fail("init/error", error, "")
        sys.exit(1)
    while True:
        headers, body = api.next()
        RequestIds.current = request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        trace_id = headers.get("Lambda-Runtime-Trace-Id")
        if trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            answer = call(handler, headers, body)
        except Exception as error:
            api.fail("invocation/%s/error" % request_id, error, request_id)
        else:
            api.post("invocation/%s/response" % request_id, answer)


if __name__ == "__main__":
    main()
