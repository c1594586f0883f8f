/**
 * The platform tags that PyPI takes.
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ | Platform compatibility tags}
 *
 * @module
 */

const FIXED = new Set([
  "any",
  "win32",
  "win_amd64",
  "win_arm64",
  "win_ia64",
  "linux_armv6l",
  "linux_armv7l",
  ...["x86_64", "i686"].flatMap((arch) => [
    `manylinux1_${arch}`,
    `manylinux2010_${arch}`,
    `manylinux2014_${arch}`,
  ]),
  ...["aarch64", "armv7l", "ppc64", "ppc64le", "s390x"].map((arch) =>
    `manylinux2014_${arch}`
  ),
]);

const LINUX_ARCHS = [
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "ppc64le",
  "s390x",
  "riscv64",
];
const MANYLINUX_ARCHS = new Set([...LINUX_ARCHS, "ppc64"]);
const MUSLLINUX_ARCHS = new Set(LINUX_ARCHS);
const MACOS_ARCHS = new Set([
  "ppc",
  "ppc64",
  "i386",
  "x86_64",
  "arm64",
  "intel",
  "fat",
  "fat3",
  "fat64",
  "universal",
  "universal2",
]);
/** From macOS 11 on, PyPI takes these versions, and only with minor 0. */
const MACOS_VERSIONS = new Set(["11", "12", "13", "14", "15", "26"]);
const IOS_ARCHS = new Set(["arm64", "x86_64"]);
const ANDROID_ARCHS = new Set(["armeabi_v7a", "arm64_v8a", "x86", "x86_64"]);

/**
 * Whether PyPI takes wheels for a platform.
 *
 * @param tag One platform tag, such as `manylinux_2_28_x86_64`
 * @returns `false` if it refuses them
 */
export function isAllowedPlatform(tag: string): boolean {
  return FIXED.has(tag) || isAllowedMacos(tag) || isAllowedLinux(tag) ||
    IOS_ARCHS.has(
      /^ios_\d+_\d+_(.*)_(?:iphoneos|iphonesimulator)/.exec(tag)?.[1] ?? "",
    ) ||
    ANDROID_ARCHS.has(/^android_\d+_(.*)/.exec(tag)?.[1] ?? "") ||
    /^pyemscripten_\d+_\d+_wasm32/.test(tag);
}

function isAllowedMacos(tag: string): boolean {
  const [, major = "", minor = "", arch = ""] =
    /^macosx_(\d+)_(\d+)_(.*)/.exec(tag) ?? [];
  return MACOS_ARCHS.has(arch) &&
    (major === "10" || (MACOS_VERSIONS.has(major) && minor === "0"));
}

function isAllowedLinux(tag: string): boolean {
  const [, libc, arch = ""] = /^(many|musl)linux_\d+_\d+_(.*)/.exec(tag) ?? [];
  return (libc === "many" && MANYLINUX_ARCHS.has(arch)) ||
    (libc === "musl" && MUSLLINUX_ARCHS.has(arch));
}

/**
 * What to do about a platform that PyPI refuses.
 *
 * @param tag The platform tag
 * @returns A hint
 */
export function platformHint(tag: string): string {
  if (/^linux_/.test(tag)) {
    return "Repair the wheel with `auditwheel repair`, or build it in a manylinux image with cibuildwheel.";
  }
  if (/^macosx_\d+_[1-9]/.test(tag)) {
    return "From macOS 11 on the minor version must be 0: set MACOSX_DEPLOYMENT_TARGET to a full version such as 11.0.";
  }
  if (tag.startsWith("macosx_")) {
    return `PyPI knows macOS 10 and ${
      [...MACOS_VERSIONS].join(", ")
    }: set MACOSX_DEPLOYMENT_TARGET to one of them.`;
  }
  return "Build for a platform that PyPI takes, or publish this wheel elsewhere.";
}
