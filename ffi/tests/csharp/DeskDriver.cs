// Drives the WinForms reception desk as staff and patients would: real controls, clicked on the window's own thread, and what
// they show is read back. Compiled together with examples/winforms; prints "done" when everything was as it should be.
//
//   mono DeskDriver.exe FOLDER [PERCENT]       FOLDER: for the vault and the screenshots; PERCENT: how large everything is
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Drawing;
using System.Drawing.Imaging;
using System.IO;
using System.Text;
using System.Threading;
using System.Windows.Forms;
using ReceptionDesk;

internal sealed class DeskDriver
{
    private const string Passcode = "uketsuke-2026";
    private static readonly string[] Patients = { "医療　太郎", "イリョウ", "限度　明", "ゲンド", "01130012", "3310008", "３３１０００８", "1980", "1975", "喪失　守" };
    private readonly string folder, suffix;
    private readonly SandboxPlace place;
    private readonly List<string> faults = new List<string>();
    private DeskForm form;
    private static Exception failure;

    private DeskDriver(string folder, string suffix, SandboxPlace place)
    {
        this.folder = folder;
        this.suffix = suffix;
        this.place = place;
    }

    // What a finger and an eye can do.

    private T On<T>(Func<T> what)
    {
        var value = default(T);
        form.Invoke((Action)(() => value = what()));
        return value;
    }

    private Control Find(string name)
    {
        var found = form.Controls.Find(name, true);
        if (found.Length != 1) throw new Exception(found.Length + " controls are named " + name);
        return found[0];
    }

    private static bool IsShown(Control control)
    {
        for (; control != null; control = control.Parent) if (!control.Visible) return false;
        return true;
    }

    /// <summary>Presses a button that can be seen and pressed; waits until it can.</summary>
    private void Press(string name)
    {
        Until(name + " can be pressed", () => IsShown(Find(name)) && Find(name).Enabled);
        form.BeginInvoke((Action)(() => ((Button)Find(name)).PerformClick()));
        On(() => 0);
    }

    private void Type(string name, string text) { On(() => { Demand(IsShown(Find(name)), name + " is shown"); Find(name).Text = text; return 0; }); }
    private string Text(string name) { return On(() => Find(name).Text); }

    private void Until(string what, Func<bool> condition)
    {
        var since = Stopwatch.StartNew();
        while (!On(condition))
        {
            if (since.Elapsed > TimeSpan.FromSeconds(60)) throw new Exception("waited for: " + what + "\n" + Everything());
            Thread.Sleep(20);
        }
    }

    private void UntilShows(string name, string text) { Until(name + " shows " + text, () => IsShown(Find(name)) && Find(name).Text.Contains(text)); }

    private void Demand(bool condition, string what) { if (!condition) throw new Exception("expected: " + what + "\n" + Everything(false)); }

    private static IEnumerable<Control> All(Control root)
    {
        yield return root;
        foreach (Control child in root.Controls)
            foreach (var one in All(child)) yield return one;
    }

    /// <summary>The texts of all controls, shown or not.</summary>
    private string Everything(bool invoke = true)
    {
        var text = new StringBuilder();
        Func<int> collect = () =>
        {
            foreach (var control in All(form)) if (control.Text.Length > 0) text.AppendLine((IsShown(control) ? "  shown " : "  hidden ") + control.Name + ": " + control.Text);
            return 0;
        };
        if (invoke && form.InvokeRequired) On(collect); else collect();
        return text.ToString();
    }

    /// <summary>After a visit nothing of the patient is left in any control, shown or hidden.</summary>
    private void NobodyIsLeft()
    {
        On(() =>
        {
            foreach (var control in All(form))
            {
                if (control is ComboBox) continue; // the sandbox's own list of cards
                foreach (var patient in Patients) Demand(!control.Text.Contains(patient), control.Name + " forgot: " + control.Text);
            }
            Demand(((PictureBox)Find("photo")).Image == null, "no photo is left");
            Demand(((Dots)Find("dots")).Count == 0, "no digit is left");
            return 0;
        });
    }

    /// <summary>Everything that is shown has room for its words.</summary>
    private void EverythingFits(string screen)
    {
        On(() =>
        {
            Action<bool, string> fits = (condition, what) => { if (!condition) faults.Add(screen + suffix + ": " + what); };
            foreach (var control in All(form))
            {
                if (!IsShown(control)) continue;
                var words = control as Words;
                if (words != null) fits(words.Fits, words.Name + " has no room in " + words.Size + " for " + words.Text);
                if (control is Touch) fits(TextRenderer.MeasureText(control.Text, control.Font).Width <= control.Width, control.Name + " has no room for " + control.Text);
                if (control.Parent != null && control.Width > 0)
                    fits(new Rectangle(0, 0, control.Parent.ClientSize.Width + 1, control.Parent.ClientSize.Height + 1).Contains(control.Bounds), control.Name + " " + control.Bounds + " is not inside " + control.Parent.Name + " " + control.Parent.ClientSize);
            }
            return 0;
        });
    }

    /// <summary>What is on the screen, as a picture; it must not be empty.</summary>
    private void Picture(string name)
    {
        EverythingFits(name);
        On(() => { form.Refresh(); return 0; });
        Thread.Sleep(150);
        On(() =>
        {
            Application.DoEvents();
            using (var bitmap = new Bitmap(form.ClientSize.Width, form.ClientSize.Height, PixelFormat.Format24bppRgb))
            {
                using (var graphics = Graphics.FromImage(bitmap)) graphics.CopyFromScreen(form.PointToScreen(Point.Empty), Point.Empty, form.ClientSize);
                var colours = new HashSet<int>();
                for (var y = 0; y < bitmap.Height; y += 3) for (var x = 0; x < bitmap.Width; x += 3) colours.Add(bitmap.GetPixel(x, y).ToArgb());
                Demand(colours.Count > 20, name + " is no empty picture");
                bitmap.Save(Path.Combine(folder, name + suffix + ".png"), ImageFormat.Png);
            }
            return 0;
        });
    }

    private void Lay(int person)
    {
        On(() => { ((ComboBox)Find("people")).SelectedIndex = person; return 0; });
        Press("lay");
    }

    private void Keys(string digits) { foreach (var digit in digits) Press("key" + digit); }

    // The visits.

    private void FirstRegistration()
    {
        UntilShows("registerTitle", "初回登録");
        Type("passcode", Passcode);
        Type("passcodeAgain", Passcode);
        Picture("first-registration");
        Press("registerGo");
        UntilShows("registerTrouble", "同意が必要");
        On(() => { ((CheckBox)Find("terms")).Checked = true; return 0; });
        Type("passcodeAgain", Passcode + "x");
        Press("registerGo");
        UntilShows("registerTrouble", "二つのパスコードが違います");
        Type("passcodeAgain", Passcode);
        var code = Text("activation");
        Type("activation", "wrong");
        Press("registerGo");
        UntilShows("registerTrouble", "MC-");
        Type("activation", code);
        Press("registerGo");
        UntilShows("state", "カードを置いてください");
        Demand(File.Exists(Path.Combine(folder, "desk" + suffix + ".vault")), "the terminal is kept");
        Demand(!Everything().Contains(Passcode) && !Everything().Contains(code), "no secret of the registration is left");
        Demand(Text("institutionName").Length > 0, "whose desk it is");
        Picture("place-card");
    }

    private void ByPin()
    {
        Demand(!On(() => Find("go").Enabled), "no check without card and PIN");
        Lay(1);
        UntilShows("state", "暗証番号を入力してください");
        Keys("12");
        Demand(On(() => ((Dots)Find("dots")).Count) == 2, "two dots");
        Press("keyC");
        Demand(On(() => ((Dots)Find("dots")).Count) == 1, "one dot");
        Press("keyX");
        Keys("123");
        Picture("pin-pad");
        Demand(!On(() => Find("go").Enabled), "no check with three digits");
        Keys("45");
        Demand(On(() => ((Dots)Find("dots")).Count) == 4, "four dots");
        Press("go");
        UntilShows("resultHeadline", "有効");
        foreach (var text in new[] { "限度　明　様", "ゲンド　アキラ", "1975年3月14日（昭和50年）", "男", "01040013", "３３１０００８", "401", "00", "3割", "ウ", "全国健康保険協会宮城支部", "暗証番号で本人確認" })
            Demand(Everything().Contains(text), text);
        Demand(On(() => Find("notesTitle").Text) == "ご案内", "nothing to be heeded");
        Picture("result");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
        Press("take");
    }

    private void WrongPin()
    {
        Press("bySight");
        UntilShows("state", "カードを置いてください");
        Press("byPin");
        UntilShows("state", "カードを置いてください");
        Lay(0);
        UntilShows("state", "暗証番号を入力してください");
        Keys("9999");
        Press("go");
        UntilShows("troubleHeadline", "暗証番号が違います。あと2回間違えるとロックされます。");
        Demand(Text("tries") == "残り2回", "the tries that are left");
        Demand(Text("next").Length > 0 && Text("patient").Length > 0 && Text("code").Contains("MC-"), "what to do and to say");
        Picture("wrong-pin");
        Press("again");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
        Keys("1234");
        Press("go");
        UntilShows("resultHeadline", "有効");
        Demand(Everything().Contains("医療　太郎　様") && Everything().Contains("01130012"), "whose insurance it is");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
    }

    private void BySight()
    {
        Press("bySight");
        UntilShows("state", "写真を確かめてください");
        Type("staff", "受付01");
        // A wrong number opens nothing, and costs none of the PIN's tries.
        Type("printedBirth", "19800401");
        Type("printedExpiry", "2035");
        Type("printedCode", "0000");
        Press("readPhoto");
        UntilShows("code", "MC-1027");
        Press("again");
        UntilShows("state", "写真を確かめてください");
        var printed = SandboxPlace.Printed("kyokai-self");
        Type("printedBirth", printed.Substring(0, 8));
        Type("printedExpiry", printed.Substring(8, 4));
        Type("printedCode", printed.Substring(12));
        Picture("visual-check");
        Press("readPhoto");
        UntilShows("compareTitle", "この方はご本人ですか");
        Demand(On(() => ((PictureBox)Find("photo")).Image.Size) == new Size(180, 232), "the portrait");
        Demand(IsAPortrait(), "the portrait is a picture of something");
        Picture("compare");
        Press("other");
        UntilShows("troubleHeadline", "ご本人と確認できませんでした");
        NobodyIsLeft();
        Press("closeTrouble");
        UntilShows("state", "写真を確かめてください");
        Type("printedBirth", printed.Substring(0, 8));
        Type("printedExpiry", printed.Substring(8, 4));
        Type("printedCode", printed.Substring(12));
        Press("readPhoto");
        UntilShows("compareTitle", "この方はご本人ですか");
        Press("same");
        UntilShows("resultHeadline", "有効");
        Demand(Everything().Contains("医療　太郎　様") && Everything().Contains("目視確認で本人確認"), "whose insurance it is, and how it was confirmed");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
        // Without the numbers: the photo that is printed on the card.
        Press("bySight");
        UntilShows("state", "写真を確かめてください");
        Press("ownEyes");
        UntilShows("compareLead", "券面の写真");
        Press("same");
        UntilShows("resultHeadline", "有効");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
    }

    /// <summary>Dark and light in several steps: a decoder that fails makes one grey or noise without black.</summary>
    private bool IsAPortrait()
    {
        return On(() =>
        {
            var bitmap = (Bitmap)((PictureBox)Find("photo")).Image;
            var shades = new HashSet<int>();
            for (var y = 0; y < bitmap.Height; y += 4) for (var x = 0; x < bitmap.Width; x += 4) shades.Add(bitmap.GetPixel(x, y).R / 16);
            return shades.Count >= 4;
        });
    }

    private void LostLine()
    {
        place.LoseAnswers(true);
        Keys("1234");
        // The check was prepared while the line stood; now every answer gets lost.
        Press("go");
        Until("the failure is shown", () => IsShown(Find("troubleHeadline")) && Find("troubleHeadline").Text.Length > 0);
        Demand(Text("code").Contains("MC-6"), "the code of a lost line");
        Picture("lost-line");
        place.LoseAnswers(false);
        Press("deliver");
        UntilShows("resultHeadline", "有効");
        Demand(Everything().Contains("医療　太郎　様"), "the answer that was lost");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
    }

    private void Invalid()
    {
        Press("take");
        Press("bySight");
        UntilShows("state", "カードを置いてください");
        Press("byPin");
        UntilShows("state", "カードを置いてください");
        Lay(4);
        UntilShows("state", "暗証番号を入力してください");
        Keys("1234");
        Press("go");
        UntilShows("resultHeadline", "無効");
        Demand(Everything().Contains("失われています"), "since when");
        Demand(On(() => Find("notesTitle").Text) == "ご注意", "something to be heeded");
        Picture("invalid");
        Press("close");
        UntilShows("state", "暗証番号を入力してください");
        NobodyIsLeft();
    }

    /// <summary>A check is stopped by its button; the window stays alive meanwhile.</summary>
    private void Stopped()
    {
        using (var gate = new ManualResetEvent(false))
        using (var reached = new ManualResetEvent(false))
        {
            SandboxPlace.BeforeCommand = () => { reached.Set(); gate.WaitOne(TimeSpan.FromSeconds(30)); };
            Keys("1234");
            Press("go");
            Demand(reached.WaitOne(TimeSpan.FromSeconds(30)), "the card is spoken to");
            Demand(On(() => form.IsChecking), "a check is under way while the window answers");
            Picture("checking");
            Press("stop");
            SandboxPlace.BeforeCommand = null;
            gate.Set();
            Until("it ends", () => IsShown(Find("troubleHeadline")));
            Demand(Text("troubleHeadline").Contains("中止"), "that it was stopped");
        }
        Press("again");
        UntilShows("state", "暗証番号を入力してください");
    }

    private void ClosedDuringACheck(ManualResetEvent gate)
    {
        var reached = new ManualResetEvent(false);
        SandboxPlace.BeforeCommand = () => { reached.Set(); gate.WaitOne(TimeSpan.FromSeconds(30)); };
        Keys("1234");
        Press("go");
        Demand(reached.WaitOne(TimeSpan.FromSeconds(30)), "the card is spoken to");
        form.BeginInvoke((Action)(() => form.Close()));
        Thread.Sleep(300);
        Demand(!form.IsDisposed && On(() => form.Visible), "the window waits for the card");
        SandboxPlace.BeforeCommand = null;
        gate.Set();
    }

    private void Drive(ManualResetEvent gate)
    {
        try
        {
            On(() => { Cursor.Position = new Point(form.Right + 20, form.Bottom + 20); return 0; });
            FirstRegistration();
            ByPin();
            WrongPin();
            BySight();
            LostLine();
            Invalid();
            Stopped();
            Demand(faults.Count == 0, "everything fits; but\n" + string.Join("\n", faults.ToArray()) + "\n");
            ClosedDuringACheck(gate);
        }
        catch (Exception error)
        {
            failure = error;
            gate.Set();
            Environment.ExitCode = 1;
            try { form.BeginInvoke((Action)(() => Application.Exit())); } catch (Exception) { /* It is gone. */ }
        }
    }

    [STAThread]
    private static int Main(string[] arguments)
    {
        Ui.Factor = (arguments.Length > 1 ? int.Parse(arguments[1]) : 100) / 100f;
        var suffix = arguments.Length > 1 ? "-" + arguments[1] : "";
        using (var gate = new ManualResetEvent(false))
        using (var place = new SandboxPlace())
        {
            var driver = new DeskDriver(arguments[0], suffix, place);
            driver.form = new DeskForm(place, Path.Combine(arguments[0], "desk" + suffix + ".vault"), "受付01");
            Thread thread = null;
            driver.form.Shown += (sender, e) =>
            {
                thread = new Thread(() => driver.Drive(gate)) { IsBackground = true };
                thread.Start();
            };
            Application.ThreadException += (sender, e) => { failure = failure ?? e.Exception; gate.Set(); Application.Exit(); };
            Application.Run(driver.form);
            if (thread != null) thread.Join(TimeSpan.FromSeconds(30));
            if (failure == null && !driver.form.IsDisposed) failure = new Exception("the window is not gone");
        }
        if (failure != null)
        {
            Console.Error.WriteLine(failure);
            return 1;
        }
        Console.WriteLine("done");
        return 0;
    }
}
