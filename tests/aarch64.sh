#!/bin/bash
# Builds zhol for aarch64 and runs C suites of it under emulation: no machine of that kind is needed.
#
# tests/aarch64.sh FOLDER [REGEX]: keeps packages and build in FOLDER; REGEX is that of ctest (default: suites of core, statistics
# and models that take seconds). Debian's gcc-aarch64-linux-gnu and qemu-user have to be installed; its libraries for arm64 are fetched
# into FOLDER, and nothing of this system changes.
set -euo pipefail
[ $# -ge 1 ] || { echo "tests/aarch64.sh: no folder was named; expected one for packages and the build" >&2; exit 2; }
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
suites=${2:-'^(arena|fault|outcome|setting|units|store|stream|paired|probability|quantiles|samples|sketch|split|tail|tally|accounts|appraisal|correlation|effects|flows|gains|policies|projects|series|treasury|world|allocation|table|tree|bad_input|reading|result|reopen)$'}
root=$folder/root libraries=$folder/root/usr/lib/aarch64-linux-gnu
apt=(apt-get -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$folder/state" -o Dir::State::status="$folder/status"
  -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1)

if [ ! -e "$root" ]; then
  mkdir -p "$folder"/state/lists/partial "$folder"/cache/archives/partial
  : > "$folder/status"
  "${apt[@]}" update -qq
  "${apt[@]}" install -qq -y --no-install-recommends --download-only libgsl-dev libhdf5-dev libyaml-dev libcsv-dev libudunits2-dev nettle-dev zlib1g-dev libxlsxwriter-dev \
    librandom123-dev check libmpfr-dev libglpk-dev libgomp1 libc6-dev libgcc-12-dev libsubunit-dev
  for package in "$folder"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root.part"; done
  # links that are meant from the root of a system
  find "$root.part" -type l -lname '/*' | while read -r link; do ln -sfn "$root$(readlink "$link")" "$link"; done
  mv "$root.part" "$root"
fi

cat > "$folder/toolchain.cmake" <<END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_SYSROOT $root)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L $root)
foreach(kind EXE SHARED)
  set(CMAKE_\${kind}_LINKER_FLAGS "-Wl,-rpath-link,$libraries -Wl,-rpath-link,$root/lib/aarch64-linux-gnu")
endforeach()
END
export PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
cmake -S "$source" -B "$folder/build" -DCMAKE_TOOLCHAIN_FILE="$folder/toolchain.cmake" -DCMAKE_BUILD_TYPE=Release -DZHOL_WERROR=ON \
  -DBUILD_TESTING=ON > /dev/null
cmake --build "$folder/build" -j "$(nproc)" | tail -1
qemu-aarch64 -L "$root" "$folder/build/zhol" --version
ctest --test-dir "$folder/build" -j "$(nproc)" --output-on-failure -R "$suites"
