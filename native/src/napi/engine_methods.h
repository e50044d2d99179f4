#pragma once
#include <napi.h>

namespace enginesmith::addon {

/// What is about libraries and engines: devices, find, header, parse, build, describe.
void exportEngineMethods(Napi::Env env, Napi::Object exports);

/// What is about running: openEngine, runEngine, closeEngine.
void exportSessionMethods(Napi::Env env, Napi::Object exports);
/// timeEngine and refitEngine.
void exportWorkMethods(Napi::Env env, Napi::Object exports);

/// What is about comparing: createComparer, compareAdd, compareFinish.
void exportCompareMethods(Napi::Env env, Napi::Object exports);

}  // namespace enginesmith::addon
