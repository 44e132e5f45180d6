// A reception desk for the My Number Card, in WinForms. README.md says how to build it.
//
//   ReceptionDesk.exe                      the sandbox: no reader, no line, no real card
//   ReceptionDesk.exe desk.conf            a real service, as the file says
using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Windows.Forms;
using Mynacard;

namespace ReceptionDesk
{
    /// <summary>The lines `name = value` of a file; `#` begins a comment.</summary>
    internal sealed class Settings
    {
        private static readonly string[] Known = { "url", "root", "name", "environment", "vault", "reader", "authorities", "staff", "scale", "trust" };
        private readonly Dictionary<string, string> values = new Dictionary<string, string>();
        private readonly string folder;

        internal Settings(string file)
        {
            folder = Path.GetDirectoryName(Path.GetFullPath(file));
            foreach (var line in File.ReadAllLines(file, Encoding.UTF8))
            {
                var text = line.Trim();
                if (text.Length == 0 || text[0] == '#') continue;
                var equals = text.IndexOf('=');
                var name = equals < 0 ? text : text.Substring(0, equals).Trim();
                if (equals < 0 || Array.IndexOf(Known, name) < 0) throw new InvalidDataException("設定ファイルの行がわかりません：" + name);
                values[name] = text.Substring(equals + 1).Trim();
            }
        }

        internal string this[string name] { get { string value; return values.TryGetValue(name, out value) && value.Length > 0 ? value : null; } }

        /// <summary>A file, from the folder of the settings.</summary>
        internal string PathOf(string name) { return this[name] == null ? null : Path.Combine(folder, this[name]); }

        internal Place Place()
        {
            if (this["url"] == null || this["root"] == null) throw new InvalidDataException("設定ファイルに url と root が必要です。");
            var service = new Service
            {
                Url = this["url"],
                Root = File.ReadAllBytes(PathOf("root")),
                Name = this["name"],
                Environment = this["environment"],
                Trust = this["trust"] == "simulation" ? Trust.Simulation : Trust.Production
            };
            return new ReaderPlace(service, this["reader"], this["authorities"] == null ? null : File.ReadAllText(PathOf("authorities")));
        }
    }

    internal static class Program
    {
        [DllImport("user32.dll")] private static extern int SetProcessDPIAware();

        [STAThread]
        private static int Main(string[] arguments)
        {
            try
            {
                var settings = arguments.Length > 0 ? new Settings(arguments[0]) : null;
                Library.CheckVersion();
                Application.EnableVisualStyles();
                Scale(settings == null ? null : settings["scale"]);
                var vault = settings == null ? null : settings.PathOf("vault");
                if (vault == null) vault = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), settings == null ? "mynacard-taiken.vault" : "mynacard.vault");
                // The sandbox forgets its terminals when it ends.
                if (settings == null) File.Delete(vault);
                using (var place = settings == null ? new SandboxPlace() : settings.Place()) Application.Run(new DeskForm(place, vault, settings == null ? "受付01" : settings["staff"] ?? ""));
                return 0;
            }
            catch (Exception error)
            {
                MessageBox.Show(error.Message, "資格確認 受付", MessageBoxButtons.OK, MessageBoxIcon.Error);
                return 1;
            }
        }

        /// <summary>The screen's dots an inch, times what the settings say in percent.</summary>
        private static void Scale(string percent)
        {
            if (Environment.OSVersion.Platform == PlatformID.Win32NT) SetProcessDPIAware();
            float own;
            if (!float.TryParse(percent, out own)) own = 100;
            using (var graphics = System.Drawing.Graphics.FromHwnd(IntPtr.Zero)) Ui.Factor = graphics.DpiX / 96 * Math.Max(75, Math.Min(200, own)) / 100;
        }
    }
}
