// Finds the native library on Windows: by absolute path, of the process's width, from where the wrapper was installed. .NET
// Framework looks into no folder of a package by itself, and what it would find beside the program may be of the other width.
// Elsewhere the runtime's own search does it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Mynacard
{
    internal static class Loader
    {
        /// <summary>What the DLL itself needs is looked for beside it.</summary>
        private const uint WithAlteredSearchPath = 8;

        [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true)]
        private static extern IntPtr LoadLibraryExW(string path, IntPtr reserved, uint how);

        /// <summary>Loads the library, so that an import by its bare name means this one. Silent where none is found: the first call
        /// says that best, and a forms designer makes none.</summary>
        internal static void Load(string library)
        {
            if (Environment.OSVersion.Platform != PlatformID.Win32NT) return;
            List<string> found;
            // A path that the runtime cannot take (too long a one, say) leaves the search to Windows; a type that failed to begin would stay so.
            try { found = Found(Folders(typeof(Loader).Assembly), library, IntPtr.Size); }
            catch (ArgumentException) { return; }
            catch (IOException) { return; }
            catch (NotSupportedException) { return; }
            catch (System.Security.SecurityException) { return; }
            foreach (var path in found)
                if (LoadLibraryExW(path, IntPtr.Zero, WithAlteredSearchPath) != IntPtr.Zero) return;
        }

        /// <summary>Files with the library of a width, those first that were put there for it.</summary>
        internal static List<string> Found(IEnumerable<string> folders, string library, int pointerSize)
        {
            var found = new List<string>();
            var system = pointerSize == 8 ? "win-x64" : "win-x86";
            var inside = Path.Combine(Path.Combine("runtimes", system), "native");
            foreach (var folder in folders)
            {
                if (!Path.IsPathRooted(folder)) continue;
                var places = new[]
                {
                    Path.Combine(folder, inside), // as the package's targets copy it
                    Path.Combine(folder, system), // as the vendors' ZIP has it
                    folder,
                    InPackage(folder, inside)
                };
                foreach (var place in places)
                {
                    if (place == null) continue;
                    var path = Path.Combine(place, library + ".dll");
                    if (IsOf(path, pointerSize) && !found.Contains(path)) found.Add(path);
                }
            }
            return found;
        }

        /// <summary>From lib/FRAMEWORK of the unpacked package. From no other folder does it go up: who may write above a program's
        /// folder need not be who may write in it.</summary>
        private static string InPackage(string folder, string inside)
        {
            var lib = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar));
            if (lib == null || !string.Equals(Path.GetFileName(lib), "lib", StringComparison.OrdinalIgnoreCase)) return null;
            var package = Path.GetDirectoryName(lib);
            return package == null ? null : Path.Combine(package, inside);
        }

        /// <summary>Whether a file is a library of Windows of this width: of another one it would be an error that Windows may show.</summary>
        private static bool IsOf(string path, int pointerSize)
        {
            if (!File.Exists(path)) return false;
            try
            {
                using (var file = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)))
                {
                    file.BaseStream.Position = 0x3c;
                    file.BaseStream.Position = file.ReadUInt32();
                    return file.ReadUInt32() == 0x4550 && file.ReadUInt16() == (pointerSize == 8 ? 0x8664 : 0x14c);
                }
            }
            catch (IOException) { return false; }
            catch (UnauthorizedAccessException) { return false; }
        }

        /// <summary>Where an assembly was installed, then where it was loaded from: a host that makes shadow copies (ASP.NET, test
        /// runners, designers) copies assemblies, and no library.</summary>
        internal static List<string> Folders(Assembly assembly)
        {
            string installed = null, loaded = null;
            try { installed = assembly.CodeBase; } catch (NotSupportedException) { /* A program in one file has none. */ }
            try { loaded = assembly.Location; } catch (NotSupportedException) { }
            var folders = Folders(installed, loaded);
            folders.Add(AppDomain.CurrentDomain.BaseDirectory); // for one that was loaded from memory
            return folders;
        }

        /// <summary>The same from an assembly's two addresses, of which the first is a URI.</summary>
        internal static List<string> Folders(string installed, string loaded)
        {
            var files = new List<string>();
            Uri uri;
            if (installed != null && Uri.TryCreate(installed, UriKind.Absolute, out uri) && uri.IsFile)
            {
                files.Add(uri.LocalPath);
                // Some runtimes write the path as it is: a # or % in it is one, and no URI's.
                var rest = installed.Substring("file://".Length);
                files.Add(uri.IsUnc ? "//" + rest : rest.TrimStart('/').Insert(0, Path.DirectorySeparatorChar == '/' ? "/" : ""));
            }
            if (!string.IsNullOrEmpty(loaded)) files.Add(loaded);
            var folders = new List<string>();
            foreach (var file in files)
            {
                var folder = Path.GetDirectoryName(file);
                if (!string.IsNullOrEmpty(folder) && !folders.Contains(folder)) folders.Add(folder);
            }
            return folders;
        }
    }
}
