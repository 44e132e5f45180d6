// The readers of this PC, and the card in one of them. No PIN is sent, no try is spent, no service is asked.
//
//   cargo xtask ffi
//   mcs -r:Mynacard.Net.dll AtMyReader.cs
//   mono AtMyReader.exe [SECONDS]          how long to wait for a card; 60 unless stated
using System;
using System.Globalization;
using System.IO;
using System.Text;
using Mynacard;

internal static class AtMyReader
{
    private static int Main(string[] arguments)
    {
        try { Console.OutputEncoding = new UTF8Encoding(false); }
        catch (IOException) { Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true }); } // no console
        double seconds = 60;
        if (arguments.Length > 1 || (arguments.Length == 1 && !double.TryParse(arguments[0], NumberStyles.Float, CultureInfo.InvariantCulture, out seconds)))
        {
            Console.WriteLine("usage: AtMyReader [SECONDS]");
            return 2;
        }
        try
        {
            var readers = Card.Readers();
            foreach (var reader in readers) Console.WriteLine("リーダー: {0}（{1}）", reader.Name, Holds(reader.State));
            if (readers.Length == 0) Console.WriteLine("カードリーダーが見つかりません。つなぐと、そのまま続きます。");
            Console.WriteLine("マイナンバーカードをリーダーに置いてください（{0} 秒まで待ちます）。", seconds);
            using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(seconds))) Console.WriteLine(card.StatusJson());
            return 0;
        }
        catch (MynacardException error)
        {
            // What happened and what to do, in the words for staff; the last line is for whoever looks into it.
            Console.WriteLine("{0} {1}", error.Code, error.Message);
            Console.WriteLine("  → {0}", error.Next);
            Console.WriteLine("  [{0}] {1}", error.Status, error.Detail);
            return 1;
        }
    }

    private static string Holds(ReaderState state)
    {
        switch (state)
        {
            case ReaderState.Empty: return "カードなし";
            case ReaderState.Card: return "カードあり";
            case ReaderState.InUse: return "カードあり、ほかのソフトも使用中";
            case ReaderState.Exclusive: return "カードあり、ほかのソフトが占有中";
            case ReaderState.Mute: return "カードの応答なし";
            default: return "状態不明";
        }
    }
}
