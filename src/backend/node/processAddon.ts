/**
 * A small addon for what Node cannot do and TensorFlow needs: holding back the process's stderr while the
 * library prints its banner, and setting the real environment, of which a worker thread sees only a copy.
 */
export interface ProcessAddon {
  /** Sends what the process writes to stderr aside until as many `unmute` calls, from any thread. */
  mute(): void;
  /** Lets stderr through again and returns what came meanwhile; the empty string while another thread still mutes it. */
  unmute(): string;
  /** Sets a variable of the process, not of this thread's copy of the environment. */
  setenv(name: string, value: string): void;
  /** The first number ever passed in this process: its TensorFlow thread pool is made once. */
  claimThreads(threads: number): number;
}

export const PROCESS_ADDON_SOURCE = `
#include <fcntl.h>
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <mutex>
#include <string>

namespace {

std::mutex gate;
int depth = 0;
int saved_stderr = -1;
FILE* captured = nullptr;
int claimed_threads = 0;

napi_value Mute(napi_env, napi_callback_info) {
  std::lock_guard<std::mutex> lock(gate);
  if (depth++ > 0) return nullptr;
  captured = tmpfile();
  saved_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
  if (captured != nullptr && saved_stderr >= 0) dup2(fileno(captured), 2);
  return nullptr;
}

napi_value Unmute(napi_env env, napi_callback_info) {
  std::lock_guard<std::mutex> lock(gate);
  std::string text;
  if (depth > 0 && --depth == 0) {
    if (saved_stderr >= 0) {
      dup2(saved_stderr, 2);
      close(saved_stderr);
    }
    if (captured != nullptr) {
      rewind(captured);
      char block[4096];
      while (size_t count = fread(block, 1, sizeof block, captured)) text.append(block, count);
      fclose(captured);
    }
    saved_stderr = -1;
    captured = nullptr;
  }
  napi_value result;
  napi_create_string_utf8(env, text.c_str(), text.size(), &result);
  return result;
}

std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length + 1, '\\0');
  napi_get_value_string_utf8(env, value, &text[0], text.size(), &length);
  text.resize(length);
  return text;
}

napi_value SetEnv(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  if (argc == 2) setenv(Text(env, args[0]).c_str(), Text(env, args[1]).c_str(), 1);
  return nullptr;
}

napi_value ClaimThreads(napi_env env, napi_callback_info info) {
  std::lock_guard<std::mutex> lock(gate);
  size_t argc = 1;
  napi_value arg, result;
  int32_t threads = 0;
  napi_get_cb_info(env, info, &argc, &arg, nullptr, nullptr);
  napi_get_value_int32(env, arg, &threads);
  if (claimed_threads == 0) claimed_threads = threads;
  napi_create_int32(env, claimed_threads, &result);
  return result;
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback body) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, body, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  Export(env, exports, "mute", Mute);
  Export(env, exports, "unmute", Unmute);
  Export(env, exports, "setenv", SetEnv);
  Export(env, exports, "claimThreads", ClaimThreads);
  return exports;
}
`;
